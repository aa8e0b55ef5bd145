"""Submitting: the draft becomes the application, in the transaction that turns its state."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Application, Institution, Step, Supervisor, utcnow
from services import search
from services.calendar import share
from services.scope import system_session
from services.standing import Standing
from services.transition import Outrun, Refused, hold, take
from services.wizard.checks import Judgement, findings, judge
from services.wizard.reading import Draft
from workflow.say import Say
from workflow.words import Action, ApplicationState, InstitutionKind, InstitutionState, Page

STAYS = Say(
    "The commission pointed at “%(page)s”, and nothing has changed there since. Correct that page, or write to the commission why it stays as it is."
)
WORD_LENGTH = 2000


def submit(  # noqa: PLR0913 -- the facts of a submission, named
    session: Session,
    draft: Draft,
    *,
    standing: Standing,
    today: date,
    seen: int | None,
    word: str = "",
    at: datetime | None = None,
) -> Step:
    """Count the days, write the application's columns and take the step; raises Refused with the first thing that is wrong.

    `word` tells the commission why a page it pointed at stays as it is. The caller commits, or rolls back everything on a refusal.
    """
    share(session)
    _stands_now(session, draft)
    judgement = judge(session, draft, today)  # by the calendar and the register of this moment
    for wrong in findings(draft, judgement):
        raise Refused(Say("%(page)s: %(sentence)s", page=wrong.page, sentence=wrong.say))
    row = draft.application
    if not word.strip() and (same := untouched(session, draft, judgement)):
        raise Refused(Say(STAYS.msgid, page=same[0]))
    institution = draft.institution or _institution(session, draft, standing)
    supervisor = draft.supervisor or _supervisor(session, draft, institution)
    _own_contact(draft)
    now = at or utcnow()
    step = take(
        session,
        row,
        Action.SUBMIT,
        standing=standing,
        today=today,
        seen=seen,
        at=now,
        facts={
            "submission": snapshot(draft, judgement, institution, supervisor),
            **({"word": word.strip()} if word.strip() else {}),
        },
        values={
            **_columns(draft, judgement),
            "institution_id": institution.id,
            "supervisor_id": supervisor.id,
            "submitted_at": now,
        },
    )
    if draft.document:
        draft.document.submitted_at, draft.document.department_id = now, row.department_id
    search.index(session, row, institution.name)
    session.flush()
    return step


def untouched(session: Session, draft: Draft, judgement: Judgement) -> list[Page]:
    """The pages the commission pointed at on which nothing has changed since it did."""
    row = draft.application
    if row.state is not ApplicationState.REJECTED:
        return []
    of = (Step.machine == "application", Step.row_id == row.id, Step.action == Action.SUBMIT)
    last = session.scalars(select(Step).where(*of).order_by(Step.seq.desc()).limit(1)).first()
    before = last.facts.get("submission") if last else None
    if before is None:
        return []  # it came here without being typed here: there is nothing to hold it against
    place: Any = draft.institution or SimpleNamespace(**(draft.new_institution or {}))
    person: Any = draft.supervisor or SimpleNamespace(**(draft.new_supervisor or {}))
    now = snapshot(draft, judgement, place, person)
    differ = {name.partition(".")[0] for name in now if now[name] != before.get(name, "")}
    differ |= {"dates"} if now["institution.week"] != before.get("institution.week", "") else set()
    return [Page(page) for page in row.pages or () if page not in differ]


def _stands_now(session: Session, draft: Draft) -> None:
    """Hold the chosen institution and supervisor as they stand at this moment, or those a merge led on to."""
    draft.institution, draft.supervisor = (_held(session, row) for row in (draft.institution, draft.supervisor))
    if draft.institution and draft.supervisor and draft.supervisor.institution_id != draft.institution.id:
        raise Outrun  # a merge was undone, and took the person with it


def _held(session: Session, row: Any) -> Any:
    """The row, or the one it was merged into, held."""
    while row is not None:
        hold(session, row, referred=True)
        if row.merged_into_id is None:
            return row
        row = session.get_one(type(row), row.merged_into_id)
    return None


def snapshot(draft: Draft, judgement: Judgement, institution: Institution, supervisor: Supervisor) -> dict[str, str]:
    """What was submitted, as the history keeps it: {"page.fact": text}; two of them make "what changed"."""
    facts: dict[str, Any] = {
        "notice.read": "; ".join(f"{p.title} ({p.edited_at:%Y-%m-%d})" for p in draft.must_read),
        "profile.email": draft.email,
        "profile.phone": draft.phone,
        "internship.type": draft.kind,
        "internship.term": draft.term,
        "internship.paid": draft.paid,
        "internship.family_health_cover": draft.family_health_cover,
        "internship.abroad": draft.abroad,
        **{
            f"institution.{n}": getattr(institution, n)
            for n in ("name", "tax_no", "address", "city", "phone", "email", "headcount")
        },
        "institution.week": draft.week,
        "dates.starts_on": draft.starts_on,
        "dates.ends_on": draft.ends_on,
        "dates.half_days": judgement.count.half_days if judgement.count else None,
        **{f"supervisor.{n}": getattr(supervisor, n) for n in ("name", "title", "phone", "email")},
        "files.name": draft.document.filename if draft.document else None,
        "files.sha256": draft.document.sha256 if draft.document else None,
    }
    return {name: "" if value is None else str(value) for name, value in facts.items()}


def _columns(draft: Draft, judgement: Judgement) -> dict[str, Any]:
    assert draft.enrolment  # noqa: S101 -- findings() saw it
    assert draft.kind  # noqa: S101
    assert draft.policy  # noqa: S101
    assert draft.term  # noqa: S101
    assert judgement.count  # noqa: S101
    return {
        "department_id": draft.kind.department_id,
        "programme": draft.enrolment.programme,
        "class_year": draft.enrolment.class_year,
        "student_number": draft.student.number,
        "student_name": draft.student.full_name,
        "email": draft.email,
        "phone": draft.phone,
        "internship_type_id": draft.kind.id,
        "policy_id": draft.policy.id,
        "term_id": draft.term.id,
        "paid": draft.paid,
        "family_health_cover": draft.family_health_cover,
        "abroad": draft.abroad,
        "workplace_kind": draft.workplace_kind,
        "working_week": draft.worked_week,
        "ticked_week": draft.week,
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "half_days": judgement.count.half_days,
        "breaks": None,
    }


def _institution(session: Session, draft: Draft, standing: Standing) -> Institution:
    """The typed institution: the one this application brought before, while nobody else leans on it, or a new one."""
    typed = dict(draft.new_institution or {})
    typed["kind"], typed["headcount"] = InstitutionKind(typed["kind"]), int(typed["headcount"])
    own = _brought_before(session, draft.application)
    row = own or Institution(created_by_id=standing.user_id)
    for name, value in typed.items():
        setattr(row, name, value or None if name in {"tax_no", "web"} else value)
    row.working_week = draft.week
    session.add(row)
    session.flush()
    return row


def _supervisor(session: Session, draft: Draft, institution: Institution) -> Supervisor:
    """The typed supervisor: one already there word for word, this application's own corrected, or a new one."""
    typed = draft.new_supervisor or {}
    same = select(Supervisor).where(Supervisor.institution_id == institution.id, Supervisor.email == typed["email"])
    found = session.scalars(same.order_by(Supervisor.id)).all()
    row = next((s for s in found if all(getattr(s, n) == v for n, v in typed.items())), None)
    row = row or next(
        (s for s in found if s.id == draft.application.supervisor_id and s.user_id is None and _leans(s) == 1), None
    )
    row = row or Supervisor(institution_id=institution.id)
    for name, value in typed.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row


def _leans(supervisor: Supervisor) -> int:
    """How many applications name this supervisor; other students' are not in this student's reach."""
    with system_session(reads=True) as everybody:
        named = select(func.count()).select_from(Application).where(Application.supervisor_id == supervisor.id)
        return everybody.scalar(named) or 0


def _brought_before(session: Session, application: Application) -> Institution | None:
    row = session.get(Institution, application.institution_id or 0)
    if row is None:
        return None
    hold(session, row)
    if row.state is InstitutionState.MERGED:  # at this very moment: the page shows what it is part of
        raise Outrun
    if row.state is not InstitutionState.UNVERIFIED:
        return None
    with system_session(reads=True) as everybody:  # other students' files are not in this student's reach
        uses = everybody.scalar(
            select(func.count()).select_from(Application).where(Application.institution_id == row.id)
        )
    return row if uses == 1 and row.created_at >= application.created_at else None


def _own_contact(draft: Draft) -> None:
    """The student's own phone and address outlive the next refresh from the student database."""
    student = draft.student
    if draft.email != student.email:
        student.own_email = draft.email
    if draft.phone != (student.phone or ""):
        student.own_phone = draft.phone
