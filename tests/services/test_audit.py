"""History cannot be changed quietly."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from models import db
from services.audit import Break, verify
from services.scope import system_session
from services.transition import take
from tests.people import TODAY, Town, a_town
from workflow.words import Action, ApplicationState


def a_file_of_three_steps(town: Town) -> int:
    """Submitted, rejected and submitted again."""
    of = town.department()
    student, member = town.student(of), town.member(of)
    row = town.application(student, of, state=ApplicationState.DRAFT)
    me, board = town.standing(student.user), town.standing(member)  # type: ignore[arg-type]
    take(town.session, row, Action.SUBMIT, standing=me, today=TODAY)
    take(town.session, row, Action.REJECT, standing=board, today=TODAY, reason="İmza eksik.", pages=["files"])
    take(town.session, row, Action.SUBMIT, standing=me, today=TODAY)
    return int(row.id)


@contextmanager
def tampering() -> Iterator[Connection]:
    """What somebody with the database's own password can do: the triggers are put aside."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER step_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE step DISABLE TRIGGER step_append_only"))
        yield connection


def breaks() -> list[Break]:
    with system_session(reads=True) as session:
        return [found for found in verify(session) if isinstance(found, Break)]


@pytest.fixture
def files(app: Flask) -> Iterator[list[int]]:
    with app.app_context():
        with a_town() as town:
            made = [a_file_of_three_steps(town), a_file_of_three_steps(town)]
        yield made


def test_an_untouched_history_holds(files: list[int]) -> None:
    assert (len(files), breaks()) == (2, [])


def test_history_refuses_to_be_rewritten(files: list[int]) -> None:
    for statement in ("UPDATE step SET reason = 'x'", "DELETE FROM step"):
        with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    "change", ["reason = 'Uygun.'", "by_name = 'Başkası'", "at = '2020-01-01 00:00:00'", "facts = '{}'", "seq = 9"]
)
def test_a_changed_step_is_found(files: list[int], change: str) -> None:
    with tampering() as connection:
        connection.execute(text(f"UPDATE step SET {change} WHERE row_id = :row AND seq = 2"), {"row": files[1]})
    assert files[1] in {found.row_id for found in breaks()}
    assert files[0] not in {found.row_id for found in breaks()}


def test_a_removed_step_is_found_at_the_step_after_it(files: list[int]) -> None:
    with tampering() as connection:
        connection.execute(text("DELETE FROM letter"))
        connection.execute(text("DELETE FROM step WHERE row_id = :row AND seq = 2"), {"row": files[0]})
    assert breaks() == [Break("application", files[0], 3)]


def test_a_history_cut_off_at_its_end_is_found_by_the_state_it_left(files: list[int]) -> None:
    with tampering() as connection:
        connection.execute(text("DELETE FROM letter"))
        connection.execute(text("DELETE FROM step WHERE row_id = :row AND seq = 3"), {"row": files[0]})
        connection.execute(text("DELETE FROM step WHERE row_id = :row"), {"row": files[1]})
    assert breaks() == [Break("application", files[0], 0), Break("application", files[1], 0)]


def test_a_state_turned_by_another_hand_is_found(files: list[int]) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE application SET state = 'withdrawn' WHERE id = :row"), {"row": files[0]})
    assert breaks() == [Break("application", files[0], 0)]


def test_pages_of_the_walk_join_without_a_seam(files: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.audit._PAGE", 2)
    assert breaks() == []
    with system_session(reads=True) as session:
        assert list(verify(session)) == [2, 4, 6]


def test_the_command_lists_the_breaks_and_fails(app: Flask) -> None:
    with app.app_context(), a_town() as town:
        row = a_file_of_three_steps(town)
    run = app.test_cli_runner().invoke
    sound = run(args=["audit", "verify"])
    assert (sound.exit_code, "3 steps read" in sound.output) == (0, True)
    with app.app_context(), tampering() as connection:
        connection.execute(text("UPDATE step SET by_name = 'Başkası' WHERE seq = 1"))
    broken = run(args=["audit", "verify"])
    assert (broken.exit_code, f"application {row}: step 1" in broken.output) == (1, True)
