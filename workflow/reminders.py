"""Reminders as data: which file, in which states, how near or far from which date, tells whom what.

One job reads this table (services.reminders). A new reminder is a new row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflow.kinds import CountRule
from workflow.say import N_
from workflow.transitions import APPLICATIONS, CHANGE_REQUESTS, DECLARATIONS, REQUESTS, Machine
from workflow.words import Actor as A
from workflow.words import ApplicationState as S
from workflow.words import ChangeState as C
from workflow.words import DeclarationKind, Word
from workflow.words import DeclarationState as D
from workflow.words import RequestState as R

DIGEST = "digest"  # the morning's summary is switched off like a reminder
DIGEST_LABEL = N_("Every working day in the morning: what waits for you, in one letter")
DIGEST_READERS = frozenset({A.MEMBER, A.CHAIR, A.HEALTH_OFFICE, A.CAREER_CENTRE})


@dataclass(frozen=True)
class Span:
    """So many days before (or after) a date; `working` days of the university, or those of the calendar."""

    days: int
    after: bool
    working: bool


def before(days: int, *, working: bool = False) -> Span:
    """From so many days before the date on."""
    return Span(days, after=False, working=working)


def after(days: int, *, working: bool = False) -> Span:
    """From so many days after the date on."""
    return Span(days, after=True, working=working)


@dataclass(frozen=True)
class Reminder:
    """One row: a file of `machine` in one of `states` whose column `date` is `span` away reminds `readers`.

    A file waits anew from each step it takes where `date` is a moment, and where `anew` says so from each one it
    takes after the date. `only` narrows further columns. A missed one is made up for until `lasts` calendar days
    after the date, or (none) as long as the file waits. Whoever took a step less than `quiet` calendar days ago is
    left alone. `owed` names what of the firm has to be missing (services.firm_reminders). A `weekly` one has the
    Friday of its week as its date, for as long as `date` lies beyond it. One that says `several` (subject,
    sentence) reminds each reader of all their files in one letter.
    """

    name: str
    label: str
    machine: Machine
    states: frozenset[Word]
    date: str
    span: Span
    readers: tuple[A, ...]
    subject: str
    sentence: str
    only: Mapping[str, Word] = field(default_factory=dict)
    lasts: int | None = None
    quiet: int = 0
    anew: bool = False
    owed: str = ""
    weekly: bool = False
    several: tuple[str, str] | None = None


def _row(  # noqa: PLR0913 -- the columns of the table
    name: str,
    machine: Machine,
    states: Iterable[Word],
    date: str,
    span: Span,
    readers: tuple[A, ...],
    *,
    label: str,
    subject: str,
    sentence: str,
    only: Mapping[str, Word] | None = None,
    lasts: int | None = None,
    quiet: int = 0,
    anew: bool = False,
    owed: str = "",
    weekly: bool = False,
    several: tuple[str, str] | None = None,
) -> Reminder:
    return Reminder(
        name, label, machine, frozenset(states), date, span, readers, subject, sentence, only or {}, lasts, quiet, anew,
        owed, weekly, several,
    )  # fmt: skip


COMMISSION = (A.MEMBER, A.CHAIR)
REMINDERS: tuple[Reminder, ...] = (
    _row(
        "entry_missing", DECLARATIONS, {D.DUE, D.FAILED}, "aim_on", before(1, working=True), (A.HEALTH_OFFICE,),
        only={"kind": DeclarationKind.ENTRY}, lasts=0,  # then it is overdue, and said so
        label=N_("An internship starts soon and its insurance entry is missing"),
        subject=N_("No insurance entry yet: %(student)s"),
        sentence=N_("The internship of %(student)s (%(number)s) at %(institution)s starts on %(starts_on)s, and the insurance entry is still missing. Please make it by %(due_by)s, 23:59: nobody may start without it."),
    ),
    _row(
        "entry_overdue", DECLARATIONS, {D.DUE, D.FAILED}, "aim_on", after(1), (A.HEALTH_OFFICE,),
        only={"kind": DeclarationKind.ENTRY}, anew=True,  # raised late, or refused late, is overdue all the same
        label=N_("An insurance entry is overdue"),
        subject=N_("Insurance entry overdue: %(student)s"),
        sentence=N_("The insurance entry of %(student)s (%(number)s) for the internship at %(institution)s, %(starts_on)s – %(ends_on)s, is overdue and still missing: nobody may work without it. %(still)s"),
    ),
    _row(
        "exit_missing", DECLARATIONS, {D.DUE, D.FAILED}, "aim_on", before(2, working=True), (A.HEALTH_OFFICE,),
        only={"kind": DeclarationKind.EXIT}, lasts=0,  # then it is overdue, and said so
        label=N_("An insurance exit is due soon"),
        subject=N_("Insurance exit due: %(student)s"),
        sentence=N_("The internship of %(student)s (%(number)s) at %(institution)s has %(ends_on)s as its last day, and the insurance exit has not been declared. Please declare it by %(due_by)s."),
    ),
    _row(
        "exit_overdue", DECLARATIONS, {D.DUE, D.FAILED}, "aim_on", after(1), (A.HEALTH_OFFICE,),
        only={"kind": DeclarationKind.EXIT}, anew=True,
        label=N_("An insurance exit is overdue"),
        subject=N_("Insurance exit overdue: %(student)s"),
        sentence=N_("The internship of %(student)s (%(number)s) at %(institution)s ended on %(ends_on)s, and the insurance exit has not been declared. %(still)s"),
    ),
    _row(
        "change_unanswered", CHANGE_REQUESTS, {C.WITH_SUPERVISOR}, "asked_at", after(5, working=True), (A.EMPLOYER,),
        lasts=13,  # the link is good for fourteen days
        label=N_("A change request waits for your answer"),
        subject=N_("Your answer is still awaited: %(kind)s, %(student)s"),
        sentence=N_("%(student)s asked for a change of the internship at %(institution)s, and you have not answered yet. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. Please answer by %(until)s; afterwards the link is closed."),
    ),
    _row(
        "change_waits", CHANGE_REQUESTS, {C.WITH_COMMISSION}, "asked_at", after(5, working=True), COMMISSION,
        label=N_("A change request has waited for the commission for five working days"),
        subject=N_("Change request still waits for a decision: %(student)s"),
        sentence=N_("The change request of %(student)s (%(number)s) has waited for the commission since %(since)s. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. Please decide by %(decide_by)s."),
    ),
    _row(
        "application_waits", APPLICATIONS, {S.SUBMITTED}, "submitted_at", after(5, working=True), COMMISSION,
        label=N_("An application has waited for the commission for five working days"),
        subject=N_("Application still waits for a decision: %(student)s"),
        sentence=N_("The application of %(student)s (%(number)s) for %(institution)s, %(starts_on)s – %(ends_on)s, has waited for the commission since %(since)s. %(decide)s"),
    ),
    _row(
        "decision_due", APPLICATIONS, {S.SUBMITTED}, "starts_on", before(3, working=True), COMMISSION,
        lasts=0,  # then it is rejected, or given new dates
        label=N_("The day by which an application is decided comes near"),
        subject=N_("Application has to be decided: %(student)s"),
        sentence=N_("The application of %(student)s (%(number)s) for %(institution)s, %(starts_on)s – %(ends_on)s, waits for a decision. %(decide)s"),
    ),
    _row(
        "request_waits", REQUESTS, {R.OPEN}, "asked_at", after(5, working=True), COMMISSION,
        label=N_("A student's request has waited for an answer for five working days"),
        subject=N_("Request still waits for an answer: %(subject)s"),
        sentence=N_("The request “%(subject)s” of %(student)s (%(number)s) has waited for an answer since %(since)s. Please answer by %(answer_by)s."),
    ),
    _row(
        "rejected_starts", APPLICATIONS, {S.REJECTED}, "starts_on", before(40), (A.STUDENT,),
        quiet=3, lasts=14,  # returned just before its first day, it can still come again with a later one
        label=N_("Your rejected application waits for your correction and its first day comes near"),
        subject=N_("Your application still waits for your correction"),
        sentence=N_("The commission returned your application for %(institution)s, and you have not submitted it again. The internship was to start on %(starts_on)s. %(again)s"),
    ),
    *(
        _row(
            f"recounted_{rule.value}", APPLICATIONS, {S.SUBMITTED, S.APPROVED}, "ends_on", before(366), (A.STUDENT,),
            only={"breaks": rule}, lasts=0,
            label=label,
            subject=N_("The working days of your internship were counted anew: please look"),
            sentence=sentence,
        )
        for rule, label, sentence in (
            (
                CountRule.MIN_DAYS,
                N_("Your internship has too few working days since its days were counted anew"),
                N_("A holiday or the week of the workplace was changed, so the working days of your internship at %(institution)s, %(starts_on)s – %(ends_on)s, were counted anew: they are %(days)s now, fewer than one internship takes. Ask for later dates, or ask your commission what to do."),
            ),
            (
                CountRule.MAX_DAYS,
                N_("Your internship has too many working days since its days were counted anew"),
                N_("A holiday or the week of the workplace was changed, so the working days of your internship at %(institution)s, %(starts_on)s – %(ends_on)s, were counted anew: they are %(days)s now, more than one internship takes. Ask your commission what to do."),
            ),
        )
    ),
    _row(
        "completion_overdue", APPLICATIONS, {S.APPROVED, S.STOPPED}, "ends_on", after(14), (A.STUDENT,), lasts=60,
        label=N_("Your internship has ended and is not completed yet"),
        subject=N_("Your internship has ended: please complete it"),
        sentence=N_("Your internship at %(institution)s ended on %(ends_on)s, and its completion has not been submitted. Please hand it in now: days count only once the commission has accepted them."),
    ),
    _row(
        "return_due", APPLICATIONS, {S.RETURNED}, "due_on", before(3), (A.STUDENT,),
        quiet=1, lasts=14,  # the commission still takes it, and the student owes it
        label=N_("Your completion was returned and the day by which it is corrected comes near"),
        subject=N_("Your returned completion still waits for your correction"),
        sentence=N_("The commission returned the completion of your internship at %(institution)s, and you have not handed it in again. %(hand_in)s"),
    ),
    _row(
        "firm_begins", APPLICATIONS, {S.APPROVED}, "starts_on", before(0), (A.EMPLOYER,), lasts=3,
        label=N_("An intern of yours begins"),
        subject=N_("Your intern begins: %(student)s"),
        sentence=N_("The internship of %(student)s at %(institution)s begins on %(starts_on)s and ends on %(ends_on)s. Please go through the attendance once a week, best on Friday: it takes a minute. If your intern has not come, note it there and write to the university."),
        several=(
            N_("Your interns begin: %(count)s"),
            N_("The internships of those below begin. Please go through the attendance of each once a week, best on Friday: it takes a minute. If somebody has not come, note it there and write to the university. One link leads to all of them."),
        ),
    ),
    _row(
        "firm_week", APPLICATIONS, {S.APPROVED, S.STOPPED}, "ends_on", before(0), (A.EMPLOYER,), lasts=2,
        owed="week", weekly=True,
        label=N_("On Friday, while the attendance of the week is open"),
        subject=N_("Attendance of the week: %(student)s"),
        sentence=N_("Please go through this week's attendance of %(student)s at %(institution)s. If nobody was missing, one tap says so."),
        several=(
            N_("Attendance of the week: %(count)s interns"),
            N_("Please go through this week's attendance of those below. If nobody was missing, one tap says so. One link leads to all of them."),
        ),
    ),
    _row(
        "firm_ends", APPLICATIONS, {S.APPROVED, S.STOPPED}, "ends_on", before(0), (A.EMPLOYER,), lasts=3, owed="parts",
        label=N_("An internship at your institution ends"),
        subject=N_("Last day of your intern: %(student)s"),
        sentence=N_("The internship of %(student)s at %(institution)s ends on %(ends_on)s. Please go through the last week, confirm the attendance and evaluate the internship by %(firm_by)s: the student's days are counted only with them."),
        several=(
            N_("Last day of your interns: %(count)s"),
            N_("The internships of those below end. Please go through the last week, confirm the attendance and evaluate each internship by %(firm_by)s: the students' days are counted only with them. One link leads to all of them."),
        ),
    ),
    _row(
        "firm_late", APPLICATIONS, {S.APPROVED, S.STOPPED}, "ends_on", after(5), (A.EMPLOYER,), lasts=9, owed="parts",
        label=N_("Attendance or evaluation is still missing five days after the end"),
        subject=N_("Still awaited from you: %(student)s"),
        sentence=N_("The internship of %(student)s at %(institution)s ended on %(ends_on)s. Still missing: %(missing)s. Please complete it by %(firm_by)s."),
        several=(
            N_("Still awaited from you: %(count)s interns"),
            N_("The internships of those below have ended, and something is still missing for each. Please complete it by %(firm_by)s. One link leads to all of them."),
        ),
    ),
    _row(
        "firm_later", APPLICATIONS, {S.APPROVED, S.STOPPED}, "ends_on", after(10), (A.EMPLOYER,), lasts=60, owed="parts",
        label=N_("Attendance or evaluation is still missing ten days after the end"),
        subject=N_("Still missing, please complete it now: %(student)s"),
        sentence=N_("The internship of %(student)s at %(institution)s ended on %(ends_on)s. Still missing: %(missing)s. The student's days cannot be counted without it. If you cannot give it, write to the commission, so that it can go on without."),
        several=(
            N_("Still missing, please complete it now: %(count)s interns"),
            N_("The internships of those below have ended, and something is still missing for each: their days cannot be counted without it. If you cannot give it, write to the commission, so that it can go on without. One link leads to all of them."),
        ),
    ),
    _row(
        "firm_returned", APPLICATIONS, {S.RETURNED}, "due_on", before(2), (A.EMPLOYER,), quiet=1, lasts=14, owed="parts",
        label=N_("The university returned the attendance or the evaluation, and the day by which it is corrected comes near"),
        subject=N_("Still waits for your correction: %(student)s"),
        sentence=N_("The university returned papers of the internship of %(student)s at %(institution)s. Still missing: %(missing)s. %(hand_in)s"),
    ),
)  # fmt: skip
NAMES = frozenset({DIGEST, *(r.name for r in REMINDERS)})


def offered(actors: Iterable[A]) -> dict[str, str]:
    """What somebody with these capacities can be reminded of, and may switch off: {name: label}."""
    held = frozenset(actors)
    summary = {} if held.isdisjoint(DIGEST_READERS) else {DIGEST: DIGEST_LABEL}
    return summary | {r.name: r.label for r in REMINDERS if not held.isdisjoint(r.readers)}
