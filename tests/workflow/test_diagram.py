"""The drawn law is the law."""

from flask import Flask

from services.commands import WORKFLOW_PAGE, workflow_page
from workflow import diagram
from workflow.transitions import APPLICATIONS, MACHINES


def test_the_page_in_the_repository_is_byte_for_byte_what_the_tables_say() -> None:
    assert WORKFLOW_PAGE.read_bytes() == workflow_page().encode()


def test_every_door_is_an_arrow_from_each_state_it_leaves() -> None:
    for machine in MACHINES.values():
        arrows = [line for line in diagram.mermaid(machine).splitlines() if "-->" in line]
        assert len(arrows) == 1 + sum(len(door.froms) for door in machine.table)


def test_the_matrix_says_who_opens_which_door() -> None:
    [row] = [line for line in diagram.matrix(APPLICATIONS).splitlines() if line.startswith("| Reject ")]
    assert row == (
        "| Reject | Waiting for the commission | Rejected |  | ● | ● |  | Nobody decides on their own file. "
        "| Decided by, Pages concerned, Reason | Student "
        "| The student reads the reason, corrects the pages you point at and sends the application again. The chair can reopen it. |"
    )


def test_a_letter_is_listed_for_each_reader_a_door_tells() -> None:
    told = sum(len(door.tells) for machine in MACHINES.values() for door in machine.table)
    subjects = {(m.name, d.action, a): "S | %(student)s" for m in MACHINES.values() for d in m.table for a in d.tells}
    assert diagram.document(subjects).count(r"S \| {student}") == told


def test_a_changed_page_fails_the_check(app: Flask, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    page = tmp_path / "workflow.md"
    monkeypatch.setattr("services.commands.WORKFLOW_PAGE", page)
    monkeypatch.setattr("services.commands.ROOT", tmp_path)
    run = app.test_cli_runner().invoke
    assert run(args=["docs", "check"]).exit_code == 1
    assert run(args=["docs", "write"]).exit_code == 0
    assert run(args=["docs", "check"]).exit_code == 0
    page.write_text(page.read_text() + " ")
    assert run(args=["docs", "check"]).exit_code == 1
