"""The firm's evaluation: pinned to a version, saved as typed, handed in whole, sealed until the decision."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Application,
    Department,
    Evaluation,
    EvaluationAnswer,
    EvaluationForm,
    EvaluationQuestion,
    Letter,
    Step,
    User,
    db,
)
from services import evaluation_forms, evaluations
from services.evaluation_forms import Wording
from services.scope import OutOfReach, enter
from services.standing import Standing
from services.transition import FASTER, Refused, take
from tests.people import a_town, looking, sign_in
from tests.queues import one_after_the_other
from workflow.phase import ASSESSED, BEFORE_COMPLETION, HANDED_IN
from workflow.words import Action, ApplicationState, EvaluationFormState, EvaluationState, QuestionKind

START = date(2026, 7, 6)
LAST, AFTER = date(2026, 8, 2), date(2026, 8, 3)
SECRET = "Gizli kanaat: çok dağınık"


@dataclass
class Firm:
    """A supervisor at their desk, one intern, and the commission's form of four questions."""

    row: Application
    standing: Standing
    member: Standing
    people: dict[str, User]

    @property
    def form(self) -> EvaluationForm:
        found = evaluations.in_use(db.session(), self.row.department_id)
        assert found
        return found

    def answers(self, *given: str) -> dict[int, str]:
        return dict(zip([q.id for q in self.form.questions], given, strict=False))

    def keep(self, *given: str, today: date = AFTER) -> Evaluation:
        row = evaluations.keep(db.session(), self.row, self.form, self.answers(*given), today=today)
        db.session.commit()
        return row


WHOLE = ("yes", "Yazılım", "4", SECRET)


@pytest.fixture
def firm(app: Flask):
    with app.test_request_context("/"):
        with a_town() as t:
            of, boss = t.department(), t.user()
            student, member = t.student(of), t.member(of)
            row = t.application(
                student, of, state=ApplicationState.APPROVED, starts_on=START,
                supervisor=t.supervisor(t.institution(), boss),
            )  # fmt: skip
            t.evaluation_form(of)
            t.evaluation_form(None)
            people = {"student": student.user, "member": member, "boss": boss}
            key, standing, board = row.id, t.standing(boss), t.standing(member)
        as_(standing)
        yield Firm(db.session.get_one(Application, key), standing, board, people)
        db.session.remove()


def as_(standing: Standing) -> None:
    db.session.remove()
    enter(db.session(), standing)


def test_the_department_s_own_form_is_asked_and_without_one_the_university_s(firm: Firm) -> None:
    assert firm.form.department_id == firm.row.department_id
    db.session.rollback()
    with a_town() as t:
        other = t.department().id
    found = evaluations.in_use(db.session(), other)
    assert found
    assert found.department_id is None


def test_what_was_typed_is_kept_half_filled_and_taken_back(firm: Firm) -> None:
    row = firm.keep("yes", "", "", "Çalışkan")
    assert [*evaluations.answers(db.session(), row).values()] == ["yes", "Çalışkan"]
    firm.keep("", "Donanım", "", "Çalışkan")
    assert set(evaluations.answers(db.session(), row).values()) == {"Çalışkan", "Donanım"}
    assert row.state is EvaluationState.OPEN


@pytest.mark.parametrize("given", [("perhaps",), ("yes", "Satış"), ("yes", "Yazılım", "6"), ("", "", "", "x" * 2001)])
def test_an_answer_that_was_not_offered_is_refused(firm: Firm, given: tuple[str, ...]) -> None:
    with pytest.raises(Refused):
        firm.keep(*given)
    db.session.rollback()
    assert db.session.scalars(select(EvaluationAnswer)).all() == []


def test_it_is_handed_in_from_the_last_day_on_with_every_compulsory_answer(firm: Firm) -> None:
    row = firm.keep("yes", "Yazılım", today=LAST)
    for today in (LAST, LAST - timedelta(days=1)):
        with pytest.raises(Refused):
            evaluations.give(db.session(), row, standing=firm.standing, today=today)
        db.session.rollback()
    row = firm.keep(*WHOLE[:3])  # the free text may stay empty
    with pytest.raises(Refused):
        evaluations.give(db.session(), row, standing=firm.standing, today=LAST - timedelta(days=1))
    db.session.rollback()
    evaluations.give(db.session(), row, standing=firm.standing, today=LAST)
    db.session.commit()
    assert (row.state, row.given_at is not None) == (EvaluationState.GIVEN, True)
    with pytest.raises(Refused) as refused:
        firm.keep("no")
    assert refused.value.say is evaluations.GIVEN


def test_an_evaluation_stays_on_the_version_it_was_begun_on(firm: Firm) -> None:
    begun = firm.keep("yes")
    first = begun.form_id
    db.session.rollback()
    as_(firm.member)
    session, of = db.session(), firm.row.department_id
    new = evaluation_forms.begin(session, of, "Yeni form", "Yeni form", standing=firm.member)
    evaluation_forms.word(session, new, new.questions[0], Wording(QuestionKind.TEXT, "Neden?", "Why?", None, True))
    take(session, new, Action.PUBLISH, standing=firm.member, today=AFTER)
    session.commit()
    states = dict(
        session.execute(
            select(EvaluationForm.number, EvaluationForm.state).where(EvaluationForm.department_id == of)
        ).all()
    )
    assert states == {1: EvaluationFormState.RETIRED, 2: EvaluationFormState.IN_USE}
    as_(firm.standing)
    asked = evaluations.asked(db.session(), firm.row)
    assert asked
    assert (asked.id, evaluations.in_use(db.session(), of) is asked) == (first, False)
    row = evaluations.keep(db.session(), firm.row, asked, {asked.questions[0].id: "no"}, today=AFTER)
    assert (row.form_id, [*evaluations.answers(db.session(), row).values()]) == (first, ["no"])


def test_a_firm_that_had_the_page_open_answers_what_it_saw_but_never_a_draft_or_anothers(firm: Firm) -> None:
    seen, of = firm.form.id, firm.row.department_id
    db.session.rollback()
    with a_town() as t:
        other = t.evaluation_form(t.department()).id
        draft = t.evaluation_form(t.session.get_one(Department, of), "draft", 2).id
    ask = {key: evaluations.asked(db.session(), firm.row, key) for key in (seen, other, draft, 10**9)}
    assert {key: form.id for key, form in ask.items() if form} == dict.fromkeys(ask, seen)


READERS = {
    **dict.fromkeys(BEFORE_COMPLETION, frozenset({"boss"})),
    **dict.fromkeys(HANDED_IN - ASSESSED, frozenset({"boss", "member"})),
    **dict.fromkeys(ASSESSED, frozenset({"boss", "member", "student"})),
}


@pytest.mark.parametrize("state", sorted(READERS))
def test_the_answers_are_sealed_by_the_state_of_the_internship(app: Flask, state: ApplicationState) -> None:
    """The firm always; the commission from the handing in of the completion on; the student after the assessment."""
    with app.test_request_context("/"):
        with a_town() as t:
            of, boss = t.department(), t.user()
            student, member = t.student(of), t.member(of)
            row = t.application(
                student, of, state=state, starts_on=START, supervisor=t.supervisor(t.institution(), boss)
            )
            given = t.evaluation(row, t.evaluation_form(of), "given")
            same = {n: getattr(given, n) for n in ("application_id", "student_id", "department_id", "supervisor_id")}
            question = given.form.questions[3]
            t.add(EvaluationAnswer(evaluation_id=given.id, question_id=question.id, answer=SECRET, **same))
            people = {"student": student.user, "member": member, "boss": boss, "other": t.chair(t.department())}
            standings = {name: t.standing(user) for name, user in people.items()}
        met = set()
        for name, standing in standings.items():
            as_(standing)
            if db.session.scalars(select(EvaluationAnswer.answer)).all() == [SECRET]:
                met.add(name)
        db.session.remove()
    assert met == READERS[state]


def test_what_it_says_is_in_no_letter_history_log_or_export(
    app: Flask, firm: Firm, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        row = firm.keep(*WHOLE)
        evaluations.give(db.session(), row, standing=firm.standing, today=AFTER)
        db.session.commit()
        db.session.remove()
    member = firm.people["member"]
    with looking(app) as s:
        letters = s.scalars(select(Letter)).all()
        steps = s.scalars(select(Step)).all()
        written = "".join(f"{x.subject}{x.text}{x.html}" for x in letters) + "".join(
            str(x.facts) + str(x.reason) for x in steps
        )
    exported = sign_in(app, member).get("/applications/export/csv?state=all").text
    assert len(letters) >= 1
    assert {SECRET in text for text in (written, caplog.text, exported)} == {False}
    assert "Gizli" not in written


# -- the forms ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def board(app: Flask):
    """A member of a commission that has a version in preparation."""
    with app.test_request_context("/"):
        with a_town() as t:
            of, other = t.department(), t.department()
            t.evaluation_form(other)
            standing, key, foreign = t.standing(t.member(of)), of.id, other.id
        as_(standing)
        row = evaluation_forms.begin(db.session(), key, "Form", "Form", standing=standing)
        for n, text in enumerate(("Bir", "İki", "Üç")):
            evaluation_forms.word(db.session(), row, None, Wording(QuestionKind.YES_NO, text, text, None, bool(n)))
        db.session.commit()
        db.session.refresh(row)
        yield row, standing, foreign
        db.session.remove()


def texts(row: EvaluationForm) -> list[str]:
    return [q.text for q in row.questions]


def test_questions_are_arranged_and_taken_out(board) -> None:
    row, _standing, _foreign = board
    session = db.session()
    evaluation_forms.move(session, row, row.questions[2], up=True)
    assert texts(row) == ["Bir", "Üç", "İki"]
    evaluation_forms.move(session, row, row.questions[0], up=True)
    evaluation_forms.move(session, row, row.questions[2], up=False)
    assert texts(row) == ["Bir", "Üç", "İki"]
    evaluation_forms.remove(session, row, row.questions[1])
    assert texts(row) == ["Bir", "İki"]
    evaluation_forms.word(
        session, row, None, Wording(QuestionKind.SCALE, "Dört", "Four", [[1, "az", "low"], [5]], True)
    )
    assert texts(row) == ["Bir", "İki", "Dört"]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (QuestionKind.CHOICE, None), (QuestionKind.CHOICE, [["Bir"]]), (QuestionKind.CHOICE, [["a"], ["a"]]),
        (QuestionKind.CHOICE, [["a"], [""]]), (QuestionKind.CHOICE, [[str(n)] for n in range(13)]), (QuestionKind.CHOICE, "ab"),
        (QuestionKind.SCALE, None), (QuestionKind.SCALE, [[5], [1]]), (QuestionKind.SCALE, [[0], [99]]),
        (QuestionKind.SCALE, [["1"], ["5"]]), (QuestionKind.SCALE, [[True], [5]]), (QuestionKind.YES_NO, [["a"], ["b"]]),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused(board, kind: QuestionKind, options) -> None:
    row, _standing, _foreign = board
    with pytest.raises(Refused):
        evaluation_forms.word(db.session(), row, None, Wording(kind, "Soru", "Question", options, True))


def test_a_published_version_never_changes(board) -> None:
    row, standing, _foreign = board
    session = db.session()
    take(session, row, Action.PUBLISH, standing=standing, today=AFTER)
    session.commit()
    wording = Wording(QuestionKind.TEXT, "Başka", "Other", None, True)
    for change in (
        lambda: evaluation_forms.word(session, row, row.questions[0], wording),
        lambda: evaluation_forms.move(session, row, row.questions[0], up=False),
        lambda: evaluation_forms.remove(session, row, row.questions[0]),
        lambda: evaluation_forms.entitle(session, row, "Başka", "Başka", standing=standing),
        lambda: evaluation_forms.discard(session, row, standing=standing),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.say is evaluation_forms.PUBLISHED
        session.rollback()
    row.questions[0].text = "Başka"
    with pytest.raises(OutOfReach):
        session.flush()
    session.rollback()
    assert texts(row) == ["Bir", "İki", "Üç"]


CHANGES: dict[str, Callable[[Session, EvaluationForm, Standing], None]] = {
    "its title": lambda s, row, by: evaluation_forms.entitle(s, row, "Başka", "Başka", standing=by),
    "a question": lambda s, row, _by: evaluation_forms.word(
        s, row, row.questions[0], Wording(QuestionKind.TEXT, "Başka", "Other", None, True)
    ),
    "the order": lambda s, row, _by: evaluation_forms.move(s, row, row.questions[0], up=False),
    "a question less": lambda s, row, _by: evaluation_forms.remove(s, row, row.questions[0]),
    "all of it": lambda s, row, by: evaluation_forms.discard(s, row, standing=by),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_version_is_published_as_it_was_read_and_refuses_whoever_had_it_open(
    app: Flask, board: Any, change: str
) -> None:
    """Their page says it is in preparation; by the time they save a colleague has published it, or is about to."""
    row, standing, _foreign = board
    key = row.id
    db.session.commit()

    def published(session: Session) -> None:
        take(session, session.get_one(EvaluationForm, key), Action.PUBLISH, standing=standing, today=AFTER)

    def changed(session: Session) -> None:
        CHANGES[change](session, _read(session, key), standing)

    assert one_after_the_other(app, (standing, published), (standing, changed)) == "Refused"
    with looking(app) as session:
        stands = session.get_one(EvaluationForm, key)
        assert (stands.state, stands.title, texts(stands)) == (EvaluationFormState.IN_USE, "Form", ["Bir", "İki", "Üç"])


def _read(session: Session, key: int) -> EvaluationForm:
    """As it stood a moment ago, on a page that is open."""
    row = session.get_one(EvaluationForm, key)
    assert row.questions
    session.commit()
    return row


def test_what_a_colleague_took_away_meanwhile_is_said_to_be_gone(board) -> None:
    row, standing, _foreign = board
    session, question, key = db.session(), row.questions[0], row.id
    session.commit()
    with a_town() as t:
        t.session.delete(t.session.get_one(EvaluationQuestion, question.id))
    for change in (
        lambda: evaluation_forms.move(session, row, question, up=False),
        lambda: evaluation_forms.remove(session, row, question),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.say is FASTER
        session.rollback()
    with a_town() as t:
        t.session.delete(t.session.get_one(EvaluationForm, key))
    with pytest.raises(Refused) as refused:
        evaluation_forms.discard(session, row, standing=standing)
    assert refused.value.say is FASTER
    session.rollback()


def test_the_new_version_takes_the_place_of_the_old_one_in_one_transaction(board) -> None:
    row, standing, _foreign = board
    session = db.session()
    take(session, row, Action.PUBLISH, standing=standing, today=AFTER)
    session.commit()
    second = evaluation_forms.begin(session, row.department_id, "Form", "Form", standing=standing)
    assert texts(second) == texts(row)
    with pytest.raises(Refused):
        evaluation_forms.begin(session, row.department_id, "Form", "Form", standing=standing)
    step = take(session, second, Action.PUBLISH, standing=standing, today=AFTER)
    session.commit()
    assert (row.state, second.state, second.number) == (EvaluationFormState.RETIRED, EvaluationFormState.IN_USE, 2)
    db.session.remove()
    with a_town() as t:
        line = t.session.scalars(select(Step).where(Step.action == Action.REPLACE)).one()
        assert line.facts["follows"] == ["evaluation_form", second.id, step.seq]


def test_an_empty_form_is_not_published_and_a_foreign_one_not_written(board) -> None:
    row, standing, foreign = board
    session = db.session()
    for question in [*row.questions]:
        evaluation_forms.remove(session, row, question)
    with pytest.raises(Refused):
        take(session, row, Action.PUBLISH, standing=standing, today=AFTER)
    session.rollback()
    with pytest.raises(OutOfReach):
        evaluation_forms.begin(session, foreign, "Form", "Form", standing=standing)
    session.rollback()
    with pytest.raises(OutOfReach):
        evaluation_forms.begin(session, None, "Form", "Form", standing=standing)
