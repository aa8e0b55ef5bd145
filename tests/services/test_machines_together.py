"""All machines of one internship together, on both databases, with a plain model of the regulation beside them.

Whoever tries whatever step on whatever day: where the plain model says yes it is taken, and everything that follows
stands as the model says; where it says no nothing is written. The history verifies after every example.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import (
    Application,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Declaration,
    Evaluation,
    EvaluationAnswer,
    LedgerEntry,
    ReachSession,
    Request,
    Step,
    db,
)
from services import audit, change_requests, completion, requests
from services.scope import OutOfReach, enter, system_session
from services.standing import Standing
from services.transition import Refused, take
from tests.people import a_town
from tests.plain import PLACED, Change, Office, later
from workflow.completion import ATTENDANCES, EVALUATIONS
from workflow.transitions import APPLICATIONS, CHANGE_REQUESTS, DECLARATIONS, REQUESTS
from workflow.words import Action, Actor, ApplicationState, ChangeKind, Need, Part, Purpose

FIRST = date(2026, 6, 1)
STARTS = date(2026, 7, 6)
WHO = (
    "student",
    "employer",
    "member",
    "chair",
    "health office",
    "career centre",
    "it",
    "another student",
    "another firm",
)
people = st.sampled_from(WHO)
ACTS = ("submit", "approve", "approve_late", "reject", "withdraw", "cancel", "reopen", "reassess")
ONWARD = ("submit", "approve", "approve_late", "reopen", "reassess")  # nothing leads back from a withdrawal
CHANGES = ("postpone", "extend", "stop")
ANSWERS = ("agree", "decline", "approve", "reject", "withdraw")
DECLARES = ("send", "confirm", "fail", "unsend", "correct")
TALKS = ("ask", "answer", "ask_again", "withdraw", "close", "reopen")
ATTEMPTS: tuple[tuple[Any, ...], ...] = (
    *(("somebody_acts_on_the_application", action) for action in ACTS),
    *(("somebody_asks_for_a_change", kind, days) for kind in CHANGES for days in (1, 20)),
    *(("somebody_answers_the_change", action) for action in ANSWERS),
    *(("somebody_declares", action, which) for action in DECLARES for which in (0, 1, 2, 3)),
    *(("somebody_turns_the_attendance", step) for step in ("attest", "revise", "waive")),
    *(("somebody_turns_the_evaluation", step) for step in ("give", "waive")),
    ("somebody_completes",),
    *(("somebody_returns_it", frozenset({part})) for part in ("logbook", "attendance", "evaluation")),
    *(("somebody_assesses", share) for share in ("all", "some", "none")),
    *(("somebody_talks", action) for action in TALKS),
)
# Each door of these machines from each state it opens from, taken once at least: "who does what", one after another
MACHINES = (APPLICATIONS, CHANGE_REQUESTS, REQUESTS, DECLARATIONS, ATTENDANCES, EVALUATIONS)
ELSEWHERE = {"hand_over"}  # another supervisor: tests/services/test_hand_over.py
DOORS = {
    (m.name, state.value, door.action.value)
    for m in MACHINES
    for door in m.table
    if door.action.value not in ELSEWHERE
    for state in door.froms
}
VERBS = {
    "act": "somebody_acts_on_the_application", "ask": "somebody_asks_for_a_change", "answer": "somebody_answers_the_change",
    "declare": "somebody_declares", "attendance": "somebody_turns_the_attendance", "assess": "somebody_assesses",
    "evaluation": "somebody_turns_the_evaluation", "complete": "somebody_completes", "talk": "somebody_talks",
}  # fmt: skip
TALES = {
    "back and forth": "member act reject, student act submit, member act reject, chair act reopen, student act withdraw",
    "questions": "student talk ask, student talk withdraw, member talk reopen, member talk answer, student talk ask_again, chair talk answer, student talk close",
    "changes that come to nothing": "member act approve, student ask postpone 1, employer answer decline, student ask postpone 1, student answer withdraw, student ask postpone 1, employer answer agree, student answer withdraw, student ask postpone 1, employer answer agree, member answer reject, student ask postpone 1, student act cancel",
    "cancelled with an entry on its way": "member act approve, office declare send 0, student ask postpone 1, employer answer agree, chair act cancel, office declare fail 0",
    "an entry that is refused and moved": "member act approve, student ask postpone 1, employer answer agree, member answer approve, office declare send 0, office declare fail 0, student ask postpone 1, employer answer agree, chair answer approve, office declare send 0, office declare fail 0, office declare send 0, office declare confirm 0, office declare correct 0, office declare confirm 1",
    "to the end": "member act approve, office declare confirm 0, days 40, student ask extend 1, employer answer agree, member answer approve, over, employer attendance attest, employer attendance revise, employer attendance attest, employer evaluation give, student complete, member return, member attendance waive, member evaluation waive, student complete, member return, chair attendance waive, chair evaluation waive, student complete, member assess all, chair act reassess, member assess some, chair act reassess, member assess none, chair act reassess",
    "approved late": "days 33, member act approve, chair act approve_late, office declare confirm 0",
    "too late": "member act reject, days 40, chair act reopen, student act submit, member act approve, chair act approve_late",
    "never entered": "member act approve, days 40, student ask extend 1, student ask stop 1",
    "stopped": "member act approve, days 40, student ask stop 1, employer answer agree, member answer approve, over, member attendance waive, member evaluation waive, student complete",
}
REFERENCE = {Need.REFERENCE.value: "SGK-1"}


class No(Exception):
    """What somebody tried does not exist for them, or may not be."""


class Together(RuleBasedStateMachine):
    """One internship; nine people around it, two of whom have nothing to do with it."""

    app: Flask

    @initialize()
    def begin(self) -> None:
        with a_town() as t:
            of, boss = t.department(), t.user()
            student, supervisor = t.student(of), t.supervisor(t.institution(), boss)
            row = t.application(student, of, state=ApplicationState.DRAFT, supervisor=supervisor, starts_on=STARTS)
            form = t.evaluation_form(of)
            t.attendance(row)
            t.evaluation(row, form)
            elsewhere = t.user()
            t.supervisor(t.institution("Başka A.Ş."), elsewhere)
            users = {
                "student": student.user, "employer": boss, "member": t.member(of), "chair": t.chair(of),
                "health office": t.office(Actor.HEALTH_OFFICE), "career centre": t.office(Actor.CAREER_CENTRE),
                "it": t.office(Actor.IT), "another student": t.student(of).user, "another firm": elsewhere,
            }  # fmt: skip
            self.standings: dict[str, Standing] = {name: t.standing(user) for name, user in users.items()}  # type: ignore[arg-type]
            take(t.session, row, Action.SUBMIT, standing=self.standings["student"], today=FIRST)
            self.key, self.department_id = row.id, row.department_id
            assert row.ends_on
            self.office = Office(FIRST, STARTS, row.ends_on)

    @contextmanager
    def tried(self, who: str, allowed: bool) -> Iterator[Session]:
        """A unit of work of this person's: committed where the plain model allows it, refused where it does not."""
        with ReachSession(db, expire_on_commit=False) as session:
            enter(session, self.standings[who])
            try:
                yield session
                session.commit()
                done = True
            except (Refused, No, OutOfReach) as refused:
                session.rollback()
                done, self.said = False, str(refused)
        assert done is allowed, (who, allowed, None if done else self.said, self.office)

    def found(self, session: Session, model: Any) -> Any:
        key = model.id if model is Application else model.application_id
        row = session.scalars(select(model).where(key == self.key).order_by(model.id.desc()).limit(1)).first()
        if row is None:
            raise No
        return row

    # -- what people try ---------------------------------------------------------------------------------

    @rule(days=st.sampled_from([1, 2, 9, 20]))
    def days_pass(self, days: int) -> None:
        self.office.today = later(self.office.today, days)

    def somebody_acts_on_the_application(self, who: str, action: str) -> None:
        allowed = self.office.may_act(who, action)
        with self.tried(who, allowed) as session:
            self.turned(session, self.found(session, Application), who, action, pages=["files"])
        if allowed:
            self.office.act(action)

    @rule(who=people, attempt=st.sampled_from(ATTEMPTS))
    def somebody_tries(self, who: str, attempt: tuple[Any, ...]) -> None:
        name, *given = attempt
        getattr(self, name)(who, *given)

    @rule(seed=st.integers(0, 2**32), steps=st.integers(3, 9))
    def the_office_goes_on(self, seed: int, steps: int) -> None:
        """Steps the plain model allows, one after another: most of what is drawn at random is refused."""
        drawn = Random(seed)
        for _step in range(steps):
            drawn.choice(list(self.moves()))()
            self.everything_stands_as_the_plain_model_says()

    def moves(self) -> Iterator[Callable[[], None]]:
        """Everything somebody may do now; a day that passes is one of them."""
        office, days = self.office, 3 + len(self.office.changes)
        yield partial(self.days_pass, days)
        for who in WHO:
            yield from (
                partial(self.somebody_acts_on_the_application, who, a) for a in ONWARD if office.may_act(who, a)
            )
            yield from (
                partial(self.somebody_asks_for_a_change, who, kind, days)
                for kind in CHANGES
                if office.may_ask(who, kind, office.ends)
            )
            for change in office.changes[-1:]:
                may = (a for a in ANSWERS if office.may_answer(who, a, change))
                yield from (partial(self.somebody_answers_the_change, who, a) for a in may)
            for n, declared in list(enumerate(office.declarations))[-3:]:
                may = (a for a in DECLARES if office.may_declare(who, a, declared))
                yield from (partial(self.somebody_declares, who, a, n) for a in may)
            yield from self.closing_moves(who)
            may = (a for a in TALKS if office.may_talk(who, a) and a != "ask")
            yield from (partial(self.somebody_talks, who, a) for a in may)

    def closing_moves(self, who: str) -> Iterator[Callable[[], None]]:
        office = self.office
        for turn, what, steps in (
            (self.somebody_turns_the_attendance, "attendance", ("attest", "waive", "revise")),
            (self.somebody_turns_the_evaluation, "evaluation", ("give", "waive")),
        ):
            yield from (partial(turn, who, a) for a in steps if office.may_write(who, a, what))
        if office.may_act(who, "complete"):
            yield partial(self.somebody_completes, who)
        if office.may_act(who, "return"):
            yield partial(self.somebody_returns_it, who, frozenset({"attendance", "evaluation"}))
            yield from (partial(self.somebody_assesses, who, share) for share in ("all", "some", "none"))

    def turned(self, session: Session, row: Any, who: str, action: str, **facts: Any) -> None:
        take(
            session, row, Action(action), standing=self.standings[who], today=self.office.today, reason="Gerekçe.", **facts
        )  # fmt: skip

    def somebody_asks_for_a_change(self, who: str, kind: str, days: int) -> None:
        office = self.office
        moved = {"postpone": (days, days), "extend": (0, days), "stop": (0, -1)}[kind]
        starts, ends = later(office.starts, moved[0]), later(office.ends, moved[1])
        allowed = office.may_ask(who, kind, ends)
        with self.tried(who, allowed) as session:
            row = self.found(session, Application)
            change_requests.ask(
                session, row, ChangeKind(kind), starts_on=starts, ends_on=ends, why="Sınavım var.",
                standing=self.standings[who], today=office.today,
            )  # fmt: skip
        if allowed:
            office.changes.append(Change(kind, starts, ends))

    def somebody_answers_the_change(self, who: str, action: str) -> None:
        if not self.office.changes:
            return
        change = self.office.changes[-1]
        allowed = self.office.may_answer(who, action, change)
        with self.tried(who, allowed) as session:
            self.turned(session, self.found(session, ChangeRequest), who, action)
        if allowed:
            self.office.answer(action, change)

    def somebody_declares(self, who: str, action: str, which: int) -> None:
        if not self.office.declarations:
            return
        which %= len(self.office.declarations)
        declared = self.office.declarations[which]
        allowed = self.office.may_declare(who, action, declared)
        with self.tried(who, allowed) as session:
            row = next((d for n, d in enumerate(self.declared(session)) if n == which), None)
            if row is None:
                raise No
            values = REFERENCE if action in {"confirm", "correct"} else None
            self.turned(session, row, who, action, values=values)
        if allowed:
            self.office.declare(action, declared)

    def declared(self, session: Session) -> Iterator[Declaration]:
        yield from session.scalars(
            select(Declaration).where(Declaration.application_id == self.key).order_by(Declaration.id)
        )

    @rule()
    def the_student_uploads_a_logbook(self) -> None:
        if not self.office.logbook:
            with a_town() as t:
                t.document(t.session.get_one(Application, self.key), submitted=False).purpose = Purpose.LOGBOOK
            self.office.logbook = True

    def somebody_turns_the_attendance(self, who: str, step: str) -> None:
        self.written(who, step, "attendance", Attendance)

    def somebody_turns_the_evaluation(self, who: str, step: str) -> None:
        self.written(who, step, "evaluation", Evaluation)

    @precondition(lambda self: self.office.application in PLACED and self.office.today <= self.office.ends)
    @rule()
    def the_last_day_comes(self) -> None:
        self.office.today = later(self.office.ends, 1)

    def written(self, who: str, step: str, what: str, model: Any) -> None:
        allowed = self.office.may_write(who, step, what)
        self.filled_in(model)
        with self.tried(who, allowed) as session:
            self.turned(session, self.found(session, model), who, step)
        if allowed:
            self.office.write(step, what)

    def filled_in(self, model: Any) -> None:
        """The firm has gone through every week and answered every question: here it is about the steps."""
        with a_town() as t:
            row = t.session.get_one(Application, self.key)
            if model is Attendance:
                t.session.execute(delete(AttendanceWeek).where(AttendanceWeek.application_id == self.key))
                first = self.office.starts - timedelta(days=self.office.starts.weekday())
                for n in range((self.office.ends - first).days // 7 + 1):
                    t.week(row, first + timedelta(weeks=n)).saved_at = datetime(2027, 12, 31, tzinfo=UTC)
            else:
                evaluation = t.session.scalars(select(Evaluation).where(Evaluation.application_id == self.key)).one()
                of = select(EvaluationAnswer.id).where(EvaluationAnswer.evaluation_id == evaluation.id)
                if t.session.scalar(of.limit(1)) is None:
                    t.answers(row, evaluation, "yes", "Yazılım", "4", "İyi.")

    def somebody_completes(self, who: str) -> None:
        allowed = self.office.may_act(who, "complete")
        with self.tried(who, allowed) as session:
            row = self.found(session, Application)
            completion.hand_in(session, row, standing=self.standings[who], today=self.office.today)
        if allowed:
            self.office.act("complete")

    def somebody_returns_it(self, who: str, parts: frozenset[str]) -> None:
        allowed = self.office.may_act(who, "return")
        with self.tried(who, allowed) as session:
            row, today = self.found(session, Application), self.office.today
            completion.send_back(
                session, row, [Part(p) for p in sorted(parts)], today + timedelta(days=7), reason="Eksik.",
                standing=self.standings[who], today=today,
            )  # fmt: skip
        if allowed:
            self.office.act("return", parts=parts)

    def somebody_assesses(self, who: str, share: str) -> None:
        action = {"all": "accept", "some": "accept_partly", "none": "not_accept"}[share]
        allowed = self.office.may_act(who, action)
        with self.tried(who, allowed) as session:
            row = self.found(session, Application)
            accepted = {"all": row.counted_half_days or 0, "some": 1, "none": 0}[share]
            completion.assess(
                session, row, accepted, reason="Gerekçe.", standing=self.standings[who], today=self.office.today
            )
        if allowed:
            self.office.act(action, accepted=accepted)

    def somebody_talks(self, who: str, action: str) -> None:
        allowed = self.office.may_talk(who, action)
        if action == "ask" and (self.office.request or who == "another student"):
            return  # a student may raise as many as they like; one is followed here
        with self.tried(who, allowed) as session:
            if action == "ask":
                self.asked(session, who)
            else:
                self.turned(session, self.found(session, Request), who, action)
        if allowed:
            self.office.talk(action)

    def asked(self, session: Session, who: str) -> None:
        requests.ask(
            session, department_id=self.department_id, application=self.found(session, Application), subject="Sigorta",
            text="Ne zaman başlar?", document=None, standing=self.standings[who], today=self.office.today,
        )  # fmt: skip

    def goes(self, tale: str) -> None:
        """One of the TALES, from its beginning to its end."""
        for said in tale.split(", "):
            match said.split():
                case ["days", days]:
                    self.days_pass(int(days))
                case ["over"]:
                    self.the_last_day_comes()
                    self.the_student_uploads_a_logbook()
                case [who, "return"]:
                    self.somebody_returns_it(who, frozenset({"attendance", "evaluation"}))
                case [who, verb, *given]:
                    facts = [int(word) if word.isdigit() else word for word in given]
                    getattr(self, VERBS[verb])({"office": "health office"}.get(who, who), *facts)
            self.everything_stands_as_the_plain_model_says()

    # -- what always holds -------------------------------------------------------------------------------

    @invariant()
    def everything_stands_as_the_plain_model_says(self) -> None:
        office = self.office
        with system_session(reads=True) as session:
            row = session.get_one(Application, self.key)
            changes = session.scalars(
                select(ChangeRequest).where(ChangeRequest.application_id == self.key).order_by(ChangeRequest.id)
            ).all()
            declared = [(d.kind.value, d.state.value, d.starts_on, d.ends_on) for d in self.declared(session)]
            sheet, given = self.found(session, Attendance), self.found(session, Evaluation)
            credited = session.scalar(
                select(func.sum(LedgerEntry.half_days)).where(LedgerEntry.application_id == self.key)
            )
            asked = session.scalars(select(Request.state).where(Request.application_id == self.key)).all()
        assert (row.state, row.starts_on, row.ends_on) == (office.application, office.starts, office.ends)
        assert [c.state for c in changes] == [c.state for c in office.changes]
        assert declared == [(d.kind, d.state, d.starts, d.ends) for d in office.declarations]
        assert (sheet.state, given.state) == (office.attendance, office.evaluation)
        assert (credited or 0) == office.credited
        assert list(asked) == ([office.request] if office.request else [])
        assert row.stop_reason is None or row.ends_on == office.ends


def test_whoever_tries_whatever_the_machines_do_together_what_the_regulation_says(app: Flask) -> None:
    with app.app_context():
        for tale in TALES.values():
            together = Together()
            together.begin()
            together.goes(tale)
        run_state_machine_as_test(
            Together,
            settings=settings(
                max_examples=12,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        with system_session(reads=True) as session:
            assert [broken for broken in audit.verify(session) if isinstance(broken, audit.Break)] == []
            steps = session.execute(select(Step.machine, Step.from_state, Step.action))
            taken = {(machine, state, action.value) for machine, state, action in steps}
        assert DOORS - taken == set()  # gone through, not only refused
