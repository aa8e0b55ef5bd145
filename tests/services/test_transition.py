"""One hand turns the state: who wins, what is written, who is told."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from models import Application, Institution, Letter, ReachSession, Step, db
from services import audit
from services.scope import enter, system_session
from services.transition import Outrun, Refused, doors, hold, take
from tests.people import TODAY, a_town
from workflow.transitions import APPLICATIONS
from workflow.words import Action, ApplicationState


def in_session(standing: Any, do: Callable[[Any], Any]) -> Any:
    """Do something as somebody, in a session of their own, committed."""
    session = ReachSession(db, expire_on_commit=False)
    enter(session, standing)
    try:
        done = do(session)
        session.commit()
    finally:
        session.close()
    return done


@pytest.fixture
def file(app: Flask) -> Any:
    with app.app_context(), a_town() as town:
        department = town.department()
        student = town.student(department)
        member, chair = town.member(department), town.chair(department)
        application = town.application(student, department)
        yield {
            "id": application.id,
            "student": town.standing(student.user),
            "member": town.standing(member),
            "chair": town.standing(chair),
            "commit": town.session.commit,
        }


@pytest.fixture
def approve(file: Any) -> Any:
    file["commit"]()

    def approving(session: Any, as_: str = "member", **facts: Any) -> Step:
        row = session.scalars(select(Application).where(Application.id == file["id"])).one()
        return take(session, row, Action.APPROVE, standing=file[as_], today=TODAY, **facts)

    return approving


def test_an_approval_writes_state_history_and_letters_together(file: Any, approve: Any) -> None:
    in_session(file["member"], approve)
    with system_session() as s:
        row = s.get_one(Application, file["id"])
        step = s.scalars(select(Step).where(Step.machine == "application")).one()
        letters = s.scalars(select(Letter.reader).order_by(Letter.reader)).all()
        assert (row.state, row.version, row.decided_by_id) == ("approved", 1, file["member"].user_id)
        assert (step.action, step.from_state, step.to_state, step.by_id) == (
            "approve",
            "submitted",
            "approved",
            row.decided_by_id,
        )
        assert letters == ["employer", "student"]


def test_an_unlisted_step_is_refused_and_writes_nothing(file: Any, approve: Any) -> None:
    with pytest.raises(Refused):
        in_session(file["student"], lambda s: approve(s, as_="student"))
    with system_session() as s:
        assert s.scalar(select(func.count()).select_from(Step)) == 0
        assert s.get_one(Application, file["id"]).state == "submitted"


def test_a_decision_on_an_outdated_page_is_outrun(file: Any, approve: Any) -> None:
    with pytest.raises(Outrun):
        in_session(file["member"], lambda s: approve(s, seen=5))


@pytest.mark.parametrize("facts", [{}, {"reason": " "}, {"reason": "Belge eksik."}])
def test_a_rejection_needs_its_reason_and_pages(file: Any, approve: Any, facts: Any) -> None:
    def reject(session: Any) -> Step:
        row = session.get_one(Application, file["id"])
        return take(session, row, Action.REJECT, standing=file["member"], today=TODAY, **facts)

    with pytest.raises(Refused):
        in_session(file["member"], reject)


def test_of_eight_who_decide_at_once_exactly_one_wins(app: Flask, file: Any, approve: Any) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def decide() -> None:
        with app.app_context():

            def once(session: Any) -> None:
                row = session.get_one(Application, file["id"])
                session.commit()  # everybody has read before anybody writes
                together.wait()
                take(session, row, Action.APPROVE, standing=file["member"], today=TODAY)

            try:
                in_session(file["member"], once)
                outcomes.append("won")
            except (Outrun, IntegrityError):
                outcomes.append("outrun")

    people = [threading.Thread(target=decide) for _ in range(8)]
    [p.start() for p in people]
    [p.join() for p in people]
    assert sorted(outcomes) == ["outrun"] * 7 + ["won"]
    with system_session() as s:
        assert s.scalar(select(func.count()).select_from(Step).where(Step.machine == "application")) == 1


def test_doors_are_read_from_the_table_for_the_person_who_asks(file: Any, approve: Any) -> None:
    with system_session() as s:
        row = s.get_one(Application, file["id"])
        assert [d.action for d in doors(row, file["student"])] == ["withdraw"]
        assert [d.action for d in doors(row, file["chair"])] == ["approve", "approve_late", "reject"]


@pytest.mark.parametrize("state", [s for s in ApplicationState if APPLICATIONS.needs_of(s)])
def test_the_database_repeats_every_promise_of_the_table(file: Any, approve: Any, state: ApplicationState) -> None:
    with system_session() as s, pytest.raises(IntegrityError):
        s.get_one(Application, file["id"]).state = state
        s.flush()
    # leaving the block after the refusal rolls back


def test_history_cannot_be_rewritten_or_removed(file: Any, approve: Any) -> None:
    in_session(file["member"], approve)
    for attempt in (lambda step: setattr(step, "reason", "x"), lambda step: step):
        with pytest.raises(DatabaseError), system_session() as s:
            step = s.scalars(select(Step).where(Step.machine == "application")).one()
            attempt(step)
            if not s.dirty:
                s.delete(step)
            s.flush()


def test_a_chain_of_steps_verifies_and_a_changed_one_is_found(file: Any, approve: Any) -> None:
    in_session(file["member"], approve)
    with system_session() as s:
        assert [b for b in audit.verify(s) if isinstance(b, audit.Break)] == []
        step = s.scalars(select(Step).where(Step.machine == "application")).one()
        s.expunge(step)
        step.reason = "changed afterwards"
        assert audit.digest(step) != step.digest


@pytest.mark.parametrize(("referred", "waits"), [(False, True), (True, False)])
def test_others_may_refer_to_a_row_held_as_referred_to(app: Flask, referred: bool, waits: bool) -> None:
    with app.app_context():
        with a_town() as t:
            key = t.institution("Kaya Yazılım").id
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite has one lock for everything")
        with system_session() as s, db.engine.connect() as other:
            hold(s, s.get_one(Institution, key), referred=referred)
            other.execute(text("SET lock_timeout = '300ms'"))
            try:
                other.execute(
                    select(Institution.id).where(Institution.id == key).with_for_update(read=True, key_share=True)
                )
                waited = False
            except OperationalError:
                waited = True
    assert waited == waits
