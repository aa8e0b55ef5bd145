"""What is missing or against a rule, and the count behind it: asked at every look, on the server."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask_babel import get_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Institution, Term
from services import ledger, register
from services.calendar import calendar_for, workplace
from services.insurance_days import needs_entry, too_near
from services.scope import system_session
from services.sign_in import ISTANBUL
from services.transition import checked_before
from services.wizard.reading import Draft
from workflow import policy as law
from workflow.addresses import as_address
from workflow.phase import TAKES_PLACE
from workflow.policy import Facts, Other, Verdict
from workflow.say import Say, Weekdays
from workflow.transitions import APPLICATIONS
from workflow.words import Action, ApplicationState, InstitutionKind, InstitutionState, Page
from workflow.working_days import BadDates, Count, Workplace, count, end_for

STANDING = TAKES_PLACE | {ApplicationState.SUBMITTED}


@dataclass(frozen=True)
class Finding:
    """A sentence and the page it belongs to; `breaks` is the rule behind it, if there is one."""

    page: Page
    say: Say
    breaks: str = ""


@dataclass(frozen=True)
class Judgement:
    """The day-by-day count (None while dates are missing or uncountable) and how each rule went.

    `stored` is the count in half-days that is kept of a submitted application: the one that holds. `marks` say where the
    week that was ticked is not the one of the register.

    `problem` says why days cannot be counted, `late` that the insurance entry would come too late.
    """

    count: Count | None
    verdicts: tuple[Verdict, ...]
    problem: Say | None = None
    stored: int | None = None
    marks: tuple[Say, ...] = ()
    late: Say | None = None

    @property
    def half_days(self) -> int:
        """The count that holds."""
        if self.stored is not None:
            return self.stored
        return self.count.half_days if self.count else 0

    @property
    def moved(self) -> bool:
        """Whether the days would make another count by now: a decided file keeps the one it was decided by."""
        return self.count is not None and self.half_days != self.count.half_days


def judge(session: Session, draft: Draft, today: date) -> Judgement:
    """Count the days and ask every rule, as far as the draft has dates."""
    if draft.starts_on is None or draft.ends_on is None or not draft.week:
        return Judgement(None, ())
    here, others = _at(session, _others(session, draft.application), draft.institution, draft.new_institution or {})
    found = _judged(
        session,
        draft.rules,
        workplace(draft.counted_week, draft.workplace_kind),
        Facts(
            today=today,
            own=True,
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
            half_days=0,
            class_year=draft.enrolment.class_year if draft.enrolment else 0,
            institution_id=here,
            internship_type_id=draft.kind.id if draft.kind else None,
            others=others,
            teaching=_teaching(session, draft.starts_on, draft.ends_on),
            credited=ledger.counts_already(session, draft.application, draft.kind.id) if draft.kind else 0,
        ),
    )
    late = too_near(session, draft.starts_on, today) if needs_entry(draft) else None
    return replace(found, marks=week_marks(draft.week, draft.institution), late=late)


def judge_again(row: Application) -> Judgement:
    """A submitted application as it stands, under the policy and on the day it was submitted under."""
    assert row.submitted_at  # noqa: S101 -- the schema promises these of anything submitted
    assert row.starts_on  # noqa: S101
    assert row.ends_on  # noqa: S101
    on = row.submitted_at.astimezone(ISTANBUL).date()
    found = judge_dates(row, row.starts_on, row.ends_on, on, before=row.submitted_at, stored=row.half_days)
    return replace(
        found, marks=week_marks(row.working_week if row.ticked_week is None else row.ticked_week, row.institution)
    )


def week_marks(ticked: int | None, place: Institution | None) -> tuple[Say, ...]:
    """Where the week a student ticked is not the one of the register, and a register that nobody has looked at."""
    if ticked is None or place is None:
        return ()
    week, found = place.working_week, []
    if beyond := ticked & ~week:
        found.append(
            Say(
                "Ticked beyond the week of the register (%(week)s), so not counted: %(days)s. "
                "If the workplace does work then, the register is corrected first.",
                week=Weekdays(week), days=Weekdays(beyond),
            )
        )  # fmt: skip
    if left := week & ~ticked:
        found.append(
            Say("The register has the workplace at work on these days too, not ticked: %(days)s.", days=Weekdays(left))
        )
    if place.state is InstitutionState.UNVERIFIED:
        found.append(Say("Nobody has verified the week of this institution: it stands as a student typed it."))
    return tuple(found)


def judge_dates(
    row: Application,
    starts_on: date,
    ends_on: date,
    today: date,
    *,
    before: datetime | None = None,
    stored: int | None = None,
    **changed: Any,
) -> Judgement:
    """These dates for a submitted application, under the policy it was submitted under.

    `changed` are the facts of a change (notice, insured); with `before`, only what was credited by then counts; `stored` is the count that holds. The student's other applications may be another
    commission's, so the rules are asked on behalf of the system; what comes back is how each rule went,
    never whose row it was.
    """
    rules = row.policy.rules if row.policy else {}
    with system_session(reads=True) as session:
        here, others = _at(session, _others(session, row), row.institution, {})
        facts = Facts(
            today=today,
            starts_on=starts_on,
            ends_on=ends_on,
            half_days=0,
            class_year=row.class_year or 0,
            institution_id=here,
            internship_type_id=row.internship_type_id,
            others=others,
            teaching=_teaching(session, starts_on, ends_on),
            credited=ledger.counts_already(session, row, row.internship_type_id, before),
            **changed,
        )
        return _judged(session, rules, counted_place(row), facts, stored)


def counted_place(row: Application) -> Workplace:
    """The workplace of a submitted application as far as its policy counts its week."""
    kind = row.workplace_kind or InstitutionKind.PRIVATE
    return workplace(law.counted_week(row.policy.rules if row.policy else {}, row.working_week or 0, kind), kind)


@checked_before(APPLICATIONS, Action.REOPEN)
def _no_overlap(_session: Session, row: Application, _today: date) -> tuple[Say, ...]:
    """A file comes back only where no other application of the student took its days meanwhile."""
    return tuple(v.refusal for v in judge_again(row).verdicts if v.rule == "overlap" and not v.passed)


def _judged(
    session: Session, rules: Mapping[str, Any], place: Workplace, facts: Facts, stored: int | None = None
) -> Judgement:
    calendar = calendar_for(session, facts.starts_on, facts.ends_on, str(get_locale() or "tr"))
    try:
        counted = count(facts.starts_on, facts.ends_on, place, calendar, half_day_worth=law.half_day_worth(rules))
    except BadDates as bad:
        return Judgement(None, (), bad.say, stored)
    half_days = counted.half_days if stored is None else stored
    return Judgement(counted, law.check(rules, replace(facts, half_days=half_days)), stored=stored)


def offered_end(session: Session, draft: Draft, wanted_days: int) -> date:
    """The end date for a wanted number of days; raises BadDates."""
    if draft.starts_on is None or not draft.week:
        raise BadDates(Say("Give the start and the working days first."))
    last = date(draft.starts_on.year + 1, 12, 31)
    return end_for(
        draft.starts_on,
        2 * wanted_days,
        workplace(draft.counted_week, draft.workplace_kind),
        calendar_for(session, draft.starts_on, last),
        half_day_worth=law.half_day_worth(draft.rules),
    )


def findings(draft: Draft, judgement: Judgement) -> list[Finding]:
    """Everything that stands between the draft and its submission, in page order."""
    found = [Finding(page, Say("This page is not complete yet.")) for page in draft.incomplete]
    found += _missing(draft)
    if judgement.problem:
        found.append(Finding(Page.INSTITUTION, judgement.problem, "countable"))
    if judgement.late:
        found.append(Finding(Page.INSTITUTION, judgement.late, "insurance"))
    for verdict in judgement.verdicts:
        if not verdict.passed:
            found.append(Finding(_page_of(verdict.rule), verdict.refusal, verdict.rule))
    order = list(Page)
    return sorted(found, key=lambda f: order.index(f.page))


def _missing(draft: Draft) -> list[Finding]:
    unread = [p for p in draft.must_read if p.id not in draft.read]
    asked = (
        (bool(unread), Page.NOTICE, Say("Tick every regulation as read.")),
        (draft.kind is None, Page.INTERNSHIP, Say("Choose the internship.")),
        (draft.kind is not None and draft.policy is None, Page.INTERNSHIP, Say("This internship has no rules in force yet; ask your commission.")),
        (draft.term is None, Page.INTERNSHIP, Say("Choose the term.")),
        (None in (draft.paid, draft.family_health_cover, draft.abroad), Page.INTERNSHIP, Say("Answer every question.")),
        (draft.institution is None and not draft.new_institution, Page.INSTITUTION, Say("Choose the institution or type a new one.")),
        (draft.starts_on is None or draft.ends_on is None, Page.INSTITUTION, Say("Give the start and the end.")),
        (draft.of_another, Page.SUPERVISOR, Say("You have chosen another institution since; choose its supervisor, or save this page again if the person is right.")),
        (not (draft.supervisor or draft.new_supervisor or draft.of_another), Page.SUPERVISOR, Say("Choose the supervisor or type a new one.")),
        (_own_address(draft), Page.SUPERVISOR, Say("This is your own address. The supervisor answers for the institution and needs an address of their own.")),
        (draft.document is None, Page.FILES, Say("Upload the required documents as one .zip or .7z file.")),
    )  # fmt: skip
    found = [Finding(page, say) for missing, page, say in asked if missing and page not in draft.incomplete]
    if draft.institution and draft.week and not draft.worked_week:
        say = Say("%(name)s works on none of the days you ticked.", name=draft.institution.name)
        found.append(Finding(Page.INSTITUTION, say))
    if draft.both_sides and Page.SUPERVISOR not in draft.incomplete:
        found.append(Finding(Page.SUPERVISOR, draft.both_sides))
    if draft.institution and draft.institution.state is InstitutionState.BLOCKED:
        say = Say("%(name)s is blocked by the career centre; choose another institution.", name=draft.institution.name)
        found.append(Finding(Page.INSTITUTION, say))
    return found


def _own_address(draft: Draft) -> bool:
    """Whether the student would answer for the institution."""
    typed = draft.supervisor.email if draft.supervisor else (draft.new_supervisor or {}).get("email", "")
    own = {draft.email, draft.student.email, draft.student.own_email}
    return bool(typed) and as_address(typed) in {as_address(address) for address in own if address}


def _page_of(rule: str) -> Page:
    return Page.INTERNSHIP if rule == "earliest_class_year" else Page.INSTITUTION


def _at(
    session: Session, others: tuple[Other, ...], place: Institution | None, typed: Mapping[str, Any]
) -> tuple[int | None, tuple[Other, ...]]:
    """The institution's key and the other internships; one under another entry of the same institution counts as here."""
    own = place.id if place else None
    keys = {o.institution_id for o in others if o.institution_id} - {own}
    same = register.same_as(session, keys, of=place, typed=typed) if keys else frozenset()
    here = own if place else min(same, default=None)
    return here, tuple(replace(o, institution_id=here) if o.institution_id in same else o for o in others)


def _others(session: Session, row: Application) -> tuple[Other, ...]:
    rows = session.execute(
        select(
            Application.starts_on,
            Application.ends_on,
            Application.institution_id,
            Application.internship_type_id,
            Application.state,
        ).where(
            Application.student_id == row.student_id,
            Application.id != row.id,
            Application.state.in_(STANDING),
        )
    )
    return tuple(Other(*row) for row in rows)  # type: ignore[arg-type]  # the schema promises dates of these states


def _teaching(session: Session, start: date, end: date) -> tuple[tuple[date, date], ...]:
    met = select(Term.starts_on, Term.ends_on).where(Term.teaching, Term.starts_on <= end, Term.ends_on >= start)
    return tuple((row.starts_on, row.ends_on) for row in session.execute(met.order_by(Term.starts_on)))
