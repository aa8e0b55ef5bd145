"""Internship applications, what a student has typed so far, and the words a search finds them by."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.academia import Department, InternshipType, Policy, Term
from models.base import Key, Model, Stateful, pk, promises, utcnow, word
from models.institutions import Institution, Supervisor
from models.people import Student, User
from workflow.kinds import CountRule, ReasonKind
from workflow.turkish import WORD_LENGTH
from workflow.words import ApplicationState, InstitutionKind, Page, Programme

_FACTS = (
    "submitted_at", "policy_id", "internship_type_id", "term_id", "institution_id", "supervisor_id",
    "starts_on", "ends_on", "half_days",
)  # fmt: skip


_HANDED_IN = "('completion', 'accepted', 'partly_accepted', 'not_accepted')"

_GIVEN: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), text("reviewer_id IS NOT NULL"))
_BROKEN: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), text("breaks IS NOT NULL"))
_NOBODYS: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), text("reviewer_id IS NULL"))


class Application(Stateful, Model):
    """One internship application as last submitted; a draft has only whose it is.

    `half_days` counts half working days, `counted_half_days` those attended once the completion is handed in,
    `accepted_half_days` those the commission credits. `working_week` is the workplace's bit mask for this internship: of
    `ticked_week`, what the student ticked, the days of the register. `breaks` is the rule that a new count breaks.
    `reason_kind` says what others than the commission read of why it was cancelled or stopped. `handed_in_at` is when it was last handed in; `due_on` is the day by which a completion that came back
    is corrected. `reviewer` is whose turn it is within the commission: a division of labour, not a lock.
    Student number and name are kept as submitted, so that a list needs no second table.
    """

    __tablename__ = "application"
    __table_args__ = (
        *promises("application"),
        *(CheckConstraint(f"state = 'draft' OR {fact} IS NOT NULL", name=f"submitted_has_{fact}") for fact in _FACTS),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint(f"state NOT IN {_HANDED_IN} OR counted_half_days IS NOT NULL", name="handed_in_has_counted"),
        CheckConstraint(f"state NOT IN {_HANDED_IN} OR handed_in_at IS NOT NULL", name="handed_in_has_moment"),
        CheckConstraint("counted_half_days <= half_days", name="counts_no_more_than_planned"),
        CheckConstraint("accepted_half_days BETWEEN 0 AND counted_half_days", name="accepts_no_more_than_counted"),
        Index("ix_application_submitted", "submitted_at", "id"),
        Index("ix_application_state_submitted", "state", "submitted_at", "id"),
        Index("ix_application_department_submitted", "department_id", "submitted_at", "id"),
        Index("ix_application_department_state_submitted", "department_id", "state", "submitted_at", "id"),
        Index("ix_application_department_institution", "department_id", "institution_id", "submitted_at", "id"),
        Index("ix_application_institution", "institution_id", "submitted_at", "id"),
        # the figures read these two alone (docs/decisions/0010)
        Index("ix_application_figures", "department_id", "term_id", "state", "institution_id"),
        Index("ix_application_places", "institution_id", "department_id", "term_id", "state"),
        Index("ix_application_type", "internship_type_id", "submitted_at", "id"),
        Index("ix_application_department_term", "department_id", "term_id", "submitted_at", "id"),
        Index("ix_application_term", "term_id", "submitted_at", "id"),
        Index("ix_application_department_starts", "department_id", "starts_on", "id"),
        Index("ix_application_starts", "starts_on", "id"),
        Index("ix_application_state_starts", "state", "starts_on", "id"),
        Index("ix_application_state_ends", "state", "ends_on", "id"),
        Index("ix_application_state_due", "state", "due_on", "id"),
        Index("ix_application_department_state_handed_in", "department_id", "state", "handed_in_at", "id"),
        Index("ix_application_state_handed_in", "state", "handed_in_at", "id"),
        Index("ix_application_student", "student_id", "starts_on"),
        Index("ix_application_supervisor", "supervisor_id", "starts_on"),
        Index("ix_application_reviewer", "department_id", "reviewer_id", "submitted_at", "id", **_GIVEN),
        Index("ix_application_reviewer_state", "department_id", "reviewer_id", "state", "submitted_at", "id", **_GIVEN),
        Index("ix_application_breaks", "department_id", "submitted_at", "id", **_BROKEN),
        Index("ix_application_unassigned", "department_id", "state", "submitted_at", "id", **_NOBODYS),
    )

    id: Mapped[pk]
    state: Mapped[ApplicationState] = mapped_column(word(ApplicationState, "state"), default=ApplicationState.DRAFT)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    submitted_at: Mapped[datetime | None]
    pages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))

    student_number: Mapped[str] = mapped_column(String(20))
    student_name: Mapped[str] = mapped_column(String(201))
    email: Mapped[str | None] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(String(30))
    programme: Mapped[Programme] = mapped_column(word(Programme, "programme"), default=Programme.MAJOR)
    class_year: Mapped[int | None] = mapped_column(SmallInteger)

    internship_type_id: Mapped[int | None] = mapped_column(ForeignKey("internship_type.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    term_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    paid: Mapped[bool | None]
    family_health_cover: Mapped[bool | None]
    abroad: Mapped[bool | None]

    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("supervisor.id"))
    workplace_kind: Mapped[InstitutionKind | None] = mapped_column(word(InstitutionKind, "workplace_kind"))
    working_week: Mapped[int | None] = mapped_column(SmallInteger)
    ticked_week: Mapped[int | None] = mapped_column(SmallInteger)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    half_days: Mapped[int | None] = mapped_column(Integer)
    breaks: Mapped[CountRule | None] = mapped_column(word(CountRule, "breaks"))
    reason_kind: Mapped[ReasonKind | None] = mapped_column(word(ReasonKind, "reason_kind"))
    stop_reason: Mapped[str | None] = mapped_column(String(2000))
    handed_in_at: Mapped[datetime | None]
    counted_half_days: Mapped[int | None] = mapped_column(Integer)
    accepted_half_days: Mapped[int | None] = mapped_column(Integer)
    due_on: Mapped[date | None]

    student: Mapped[Student] = relationship()
    department: Mapped[Department] = relationship()
    reviewer: Mapped[User | None] = relationship(foreign_keys=[reviewer_id])
    internship_type: Mapped[InternshipType | None] = relationship()
    policy: Mapped[Policy | None] = relationship()
    term: Mapped[Term | None] = relationship()
    institution: Mapped[Institution | None] = relationship()
    supervisor: Mapped[Supervisor | None] = relationship()

    def __str__(self) -> str:
        return f"{self.student_name} #{self.id}"


class DraftPage(Model):
    """What a student typed on one wizard page, right or wrong, until it is submitted.

    `version` counts the saves, so that a second tab is noticed.
    """

    __tablename__ = "draft_page"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    page: Mapped[Page] = mapped_column(word(Page, "page"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    typed: Mapped[dict[str, Any]] = mapped_column(JSON)
    valid: Mapped[bool]
    version: Mapped[int] = mapped_column(Integer, default=1)
    saved_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)


class SearchWord(Model):
    """A folded word by which the office finds an application: name, surname, number, institution.

    Kept department by department, so that a commission walks its own words only.
    """

    __tablename__ = "search_word"
    __table_args__ = (Index("ix_search_word_application_id", "application_id"), {"sqlite_with_rowid": False})

    department_id: Mapped[int] = mapped_column(Key, ForeignKey("department.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)
    application_id: Mapped[int] = mapped_column(Key, ForeignKey("application.id"), primary_key=True)
    student_id: Mapped[int] = mapped_column(Key, ForeignKey("student.id"))
