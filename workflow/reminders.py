"""Reminders as data: which file, in which states, how near or far from which date, tells whom what.

One job reads this table (services.reminders). A new reminder is a new row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
    left alone.
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
) -> Reminder:
    return Reminder(
        name, label, machine, frozenset(states), date, span, readers, subject, sentence, only or {}, lasts, quiet, anew
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
        sentence=N_("The application of %(student)s (%(number)s) for %(institution)s, %(starts_on)s – %(ends_on)s, has waited for the commission since %(since)s. Please decide by %(decide_by)s: the insurance entry has to be made before the internship starts."),
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
)  # fmt: skip
NAMES = frozenset({DIGEST, *(r.name for r in REMINDERS)})


def offered(actors: Iterable[A]) -> dict[str, str]:
    """What somebody with these capacities can be reminded of, and may switch off: {name: label}."""
    held = frozenset(actors)
    summary = {} if held.isdisjoint(DIGEST_READERS) else {DIGEST: DIGEST_LABEL}
    return summary | {r.name: r.label for r in REMINDERS if not held.isdisjoint(r.readers)}
