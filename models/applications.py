"""Internship applications, what a student has typed so far, and the words a search finds them by."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.academia import Department, InternshipType, Policy, Term
from models.base import Key, Model, Stateful, pk, promises, utcnow, word
from models.institutions import Institution, Supervisor
from models.people import Student
from workflow.turkish import WORD_LENGTH
from workflow.words import ApplicationState, InstitutionKind, Page, Programme

_FACTS = (
    "submitted_at", "policy_id", "internship_type_id", "term_id", "institution_id", "supervisor_id",
    "starts_on", "ends_on", "half_days",
)  # fmt: skip


class Application(Stateful, Model):
    """One internship application as last submitted; a draft has only whose it is.

    `half_days` counts half working days; `working_week` is the workplace's bit mask for this internship.
    Student number and name are kept as submitted, so that a list needs no second table.
    """

    __tablename__ = "application"
    __table_args__ = (
        *promises("application"),
        *(CheckConstraint(f"state = 'draft' OR {fact} IS NOT NULL", name=f"submitted_has_{fact}") for fact in _FACTS),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_application_submitted", "submitted_at", "id"),
        Index("ix_application_state_submitted", "state", "submitted_at", "id"),
        Index("ix_application_department_submitted", "department_id", "submitted_at", "id"),
        Index("ix_application_department_state_submitted", "department_id", "state", "submitted_at", "id"),
        Index("ix_application_department_institution", "department_id", "institution_id", "submitted_at", "id"),
        Index("ix_application_institution", "institution_id", "submitted_at", "id"),
        Index("ix_application_type", "internship_type_id", "submitted_at", "id"),
        Index("ix_application_department_term", "department_id", "term_id", "submitted_at", "id"),
        Index("ix_application_term", "term_id", "submitted_at", "id"),
        Index("ix_application_department_starts", "department_id", "starts_on", "id"),
        Index("ix_application_starts", "starts_on", "id"),
        Index("ix_application_state_starts", "state", "starts_on", "id"),
        Index("ix_application_student", "student_id", "starts_on"),
        Index("ix_application_supervisor", "supervisor_id", "starts_on"),
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

    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("supervisor.id"))
    workplace_kind: Mapped[InstitutionKind | None] = mapped_column(word(InstitutionKind, "workplace_kind"))
    working_week: Mapped[int | None] = mapped_column(SmallInteger)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    half_days: Mapped[int | None] = mapped_column(Integer)

    student: Mapped[Student] = relationship()
    department: Mapped[Department] = relationship()
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
