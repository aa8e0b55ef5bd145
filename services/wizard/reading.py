"""Facts out of what was typed: every value a type, every key the row it names, or None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Application,
    Document,
    DraftPage,
    Enrolment,
    Institution,
    InternshipType,
    Policy,
    Publication,
    Student,
    Supervisor,
    Term,
)
from services import conflicts
from services.counting import ceiling
from services.listing import key
from services.register import lasting, lasting_supervisor, merged_namesake
from services.wizard.drafts import enrolment_for
from workflow import policy as law
from workflow import written
from workflow.addresses import as_address
from workflow.say import Say
from workflow.words import InstitutionKind, Page, PublicationKind, PublicationState

NEW = "new"
OF = "of"  # beside a supervisor's words: the institution chosen when they were typed


@dataclass
class Draft:
    """One application as typed so far. `new_institution` and `new_supervisor` hold typed facts of new ones."""

    application: Application
    student: Student
    must_read: list[Publication]
    read: frozenset[int] = frozenset()
    email: str = ""
    phone: str = ""
    kind: InternshipType | None = None
    enrolment: Enrolment | None = None
    policy: Policy | None = None
    term: Term | None = None
    paid: bool | None = None
    family_health_cover: bool | None = None
    abroad: bool | None = None
    institution: Institution | None = None
    new_institution: dict[str, Any] | None = None
    week: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    supervisor: Supervisor | None = None
    of_another: bool = False  # a supervisor is given, but for the institution chosen before
    new_supervisor: dict[str, Any] | None = None
    both_sides: Say | None = None  # the supervisor given sits on the commission that decides
    document: Document | None = None
    incomplete: list[Page] = field(default_factory=list)

    @property
    def workplace_kind(self) -> InstitutionKind | None:
        if self.institution:
            return self.institution.kind
        typed = (self.new_institution or {}).get("kind")
        return InstitutionKind(typed) if typed in set(InstitutionKind) else None

    @property
    def rules(self) -> Mapping[str, Any]:
        return self.policy.rules if self.policy else {}

    @property
    def worked_week(self) -> int:
        """Of the days ticked, those on which the register has the workplace at work; of one typed anew, all of them."""
        return ceiling(self.week, self.institution.working_week) if self.institution else self.week

    @property
    def counted_week(self) -> int:
        return law.counted_week(self.rules, self.worked_week, str(self.workplace_kind or InstitutionKind.PRIVATE))


def read(session: Session, application: Application, pages: Mapping[Page, DraftPage], today: date) -> Draft:
    """The draft as facts; what cannot be read stays None and its page is incomplete."""
    typed = {page: row.typed for page, row in pages.items()}
    of = department_of(session, application, pages)
    draft = Draft(application, application.student, must_read(session, of))
    draft.read = frozenset(k for k in (key(v) for v in typed.get(Page.NOTICE, {}).get("read", ())) if k)
    _profile(draft, typed.get(Page.PROFILE, {}))
    _internship(session, draft, typed.get(Page.INTERNSHIP, {}), today)
    _place(session, draft, typed.get(Page.INSTITUTION, {}))
    _supervisor(session, draft, typed.get(Page.SUPERVISOR, {}), chosen_institution(pages))
    draft.both_sides = _on_board(session, draft, of, today)
    draft.document = newest_document(session, application)
    draft.incomplete = [
        p for p in (Page.PROFILE, Page.INTERNSHIP, Page.INSTITUTION, Page.SUPERVISOR) if not _saved(pages, p)
    ]
    return draft


def _on_board(session: Session, draft: Draft, department: int, today: date) -> Say | None:
    """Why whoever is named cannot answer for the institution: they decide on the file."""
    if draft.supervisor:
        return conflicts.on_board(session, {department}, draft.supervisor.email, today, draft.supervisor.user_id)
    typed = as_address(str((draft.new_supervisor or {}).get("email", "")))
    return conflicts.on_board(session, {department}, typed, today)


def department_of(session: Session, application: Application, pages: Mapping[Page, DraftPage]) -> int:
    """The department whose internship is chosen; until one is, the department the application began in."""
    page = pages.get(Page.INTERNSHIP)
    kind = _kind(session, application.student, page.typed) if page else None
    return kind.department_id if kind else application.department_id


def chosen_institution(pages: Mapping[Page, DraftPage]) -> str:
    """The institution picked so far: its key, NEW or nothing."""
    return str(pages[Page.INSTITUTION].typed.get("pick", "")) if Page.INSTITUTION in pages else ""


def must_read(session: Session, department_id: int) -> list[Publication]:
    """The regulations a student ticks as read: the university's and the department's, in that order."""
    found = select(Publication).where(
        Publication.kind == PublicationKind.REGULATION,
        Publication.state == PublicationState.PUBLISHED,
        Publication.must_read,
        Publication.department_id.is_(None) | (Publication.department_id == department_id),
    )
    return list(session.scalars(found.order_by(Publication.department_id.is_not(None), Publication.id)))


def newest_document(session: Session, application: Application) -> Document | None:
    """The archive uploaded last: the one that is submitted."""
    found = select(Document).where(Document.application_id == application.id).order_by(Document.id.desc()).limit(1)
    return session.scalars(found).first()


def policy_of(session: Session, kind: InternshipType, today: date) -> Policy | None:
    """The newest version of a type's rules in force today."""
    found = select(Policy).where(Policy.internship_type_id == kind.id, Policy.valid_from <= today)
    return session.scalars(found.order_by(Policy.valid_from.desc(), Policy.version.desc()).limit(1)).first()


def day(typed: Any) -> date | None:
    """A date as a form sends it, or None."""
    return written.day(str(typed))


def _saved(pages: Mapping[Page, DraftPage], page: Page) -> bool:
    return page in pages and pages[page].valid


def _profile(draft: Draft, typed: Mapping[str, Any]) -> None:
    student = draft.student
    draft.email = str(typed.get("email") or student.own_email or student.email)
    draft.phone = str(typed.get("phone") or student.own_phone or student.phone or "")


def _kind(session: Session, student: Student, typed: Mapping[str, Any]) -> InternshipType | None:
    """The internship chosen, if it is one of this student's."""
    kind = session.get(InternshipType, key(typed.get("internship_type")) or 0)
    return kind if kind and kind.active and enrolment_for(student, kind.department_id) else None


def _internship(session: Session, draft: Draft, typed: Mapping[str, Any], today: date) -> None:
    if kind := _kind(session, draft.student, typed):
        draft.kind, draft.policy = kind, policy_of(session, kind, today)
        draft.enrolment = enrolment_for(draft.student, kind.department_id)
    draft.term = session.get(Term, key(typed.get("term")) or 0)
    draft.paid, draft.family_health_cover, draft.abroad = (
        {"yes": True, "no": False}.get(str(typed.get(name))) for name in ("paid", "family_health_cover", "abroad")
    )


def _place(session: Session, draft: Draft, typed: Mapping[str, Any]) -> None:
    if typed.get("pick") == NEW:
        draft.institution = merged_namesake(session, str(typed.get("name", "")), str(typed.get("city", "")))
        facts = {k: v for k, v in typed.items() if k in INSTITUTION_FACTS}
        draft.new_institution = None if draft.institution else facts
    else:
        draft.institution = lasting(session, typed.get("pick"))
    draft.week = sum(
        1 << int(d) for d in set(typed.get("weekdays", ())) if str(d) in {"0", "1", "2", "3", "4", "5", "6"}
    )
    draft.starts_on, draft.ends_on = day(typed.get("starts_on")), day(typed.get("ends_on"))


def _supervisor(session: Session, draft: Draft, typed: Mapping[str, Any], chosen: str) -> None:
    """Whoever was given for the institution that is chosen now."""
    if typed.get("pick") == NEW:
        given = {k: v for k, v in typed.items() if k in SUPERVISOR_FACTS}
        if given.get("name") and typed.get(OF, chosen) == chosen:
            draft.new_supervisor = given
    else:
        found = lasting_supervisor(session, typed.get("pick"))
        if found and draft.institution and found.institution_id == draft.institution.id:
            draft.supervisor = found
    draft.of_another = bool(typed.get("pick")) and not (draft.supervisor or draft.new_supervisor)


INSTITUTION_FACTS = ("name", "kind", "sector", "tax_no", "address", "city", "phone", "email", "web", "headcount")
SUPERVISOR_FACTS = ("name", "title", "phone", "email")
