"""The university's units, terms, internship types, policies and the calendar's exceptions: seeded by IT."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, collation, keeps_order, name_text, pk, utcnow
from workflow.days import ANSWER_WITHIN, EVERYBODY
from workflow.words import InstitutionKind

LATE_DAYS, OVERDUE_DAYS = 3, ANSWER_WITHIN  # until a chair sets others


class Faculty(Model):
    """A faculty or a vocational school."""

    __tablename__ = "faculty"
    __table_args__ = (
        CheckConstraint("kind IN ('faculty', 'vocational_school')", name="kind"),
        Index("ix_faculty_collation_key_id", "collation_key", "id"),
    )

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    collation_key: Mapped[collation]
    name_en: Mapped[name_text]
    kind: Mapped[str] = mapped_column(String(20), default="faculty")
    departments: Mapped[list["Department"]] = relationship(back_populates="faculty")

    def __str__(self) -> str:
        return self.name


keeps_order(Faculty.name)


class Department(Model):
    """A department or programme; its commission decides its students' applications."""

    __tablename__ = "department"
    __table_args__ = (
        UniqueConstraint("faculty_id", "name"),
        Index("ix_department_collation_key_id", "collation_key", "id"),
    )

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    faculty_id: Mapped[int] = mapped_column(ForeignKey("faculty.id"), index=True)
    name: Mapped[name_text]
    collation_key: Mapped[collation]
    name_en: Mapped[name_text]
    faculty: Mapped[Faculty] = relationship(back_populates="departments")
    settings: Mapped["DepartmentSettings | None"] = relationship(back_populates="department")

    def __str__(self) -> str:
        return self.name


keeps_order(Department.name)


class DepartmentSettings(Model):
    """What a department's chair sets. Days are days of the calendar; who changed what is in the history.

    `late_days`, `overdue_days`: from when an unanswered request looks late, and worse. `verified_only`: an application
    is approved only where the institution is verified. `contact` stands below the department's letters,
    `instructions` above its students' first page of an application.
    """

    __tablename__ = "department_settings"
    __table_args__ = (CheckConstraint("0 < late_days AND late_days < overdue_days", name="late_before_overdue"),)

    id: Mapped[pk]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), unique=True)
    late_days: Mapped[int] = mapped_column(SmallInteger)
    overdue_days: Mapped[int] = mapped_column(SmallInteger)
    verified_only: Mapped[bool]
    contact: Mapped[str | None] = mapped_column(String(300))
    instructions: Mapped[str | None] = mapped_column(String(2000))
    department: Mapped[Department] = relationship(back_populates="settings")

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"late_days": LATE_DAYS, "overdue_days": OVERDUE_DAYS, "verified_only": False, **facts})

    def __str__(self) -> str:
        return str(self.department) if self.department else f"#{self.department_id}"


class Term(Model):
    """A teaching or summer term, by its dates."""

    __tablename__ = "term"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[name_text]
    name_en: Mapped[name_text]
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    teaching: Mapped[bool]

    def __str__(self) -> str:
        return self.name


class InternshipType(Model):
    """An internship a department's students owe (or may do); total days owed in whole days."""

    __tablename__ = "internship_type"
    __table_args__ = (UniqueConstraint("department_id", "code"),)

    id: Mapped[pk]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[name_text]
    name_en: Mapped[name_text]
    compulsory: Mapped[bool]
    total_days: Mapped[int] = mapped_column(SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    department: Mapped[Department] = relationship()
    policies: Mapped[list["Policy"]] = relationship(back_populates="internship_type", order_by="Policy.version")

    def __str__(self) -> str:
        return self.name


class Policy(Model):
    """One version of the rules of a type: {rule: {"value": …, "article": …}} (workflow.policy)."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("internship_type_id", "version"),)

    id: Mapped[pk]
    internship_type_id: Mapped[int] = mapped_column(ForeignKey("internship_type.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    internship_type: Mapped[InternshipType] = relationship(back_populates="policies")


class HolidayOverride(Model):
    """A day that a decree frees, halves or takes back, and whom it concerns."""

    __tablename__ = "holiday_override"
    __table_args__ = (
        UniqueConstraint("day", "concerns"),
        CheckConstraint("effect IN ('holiday', 'half', 'working')", name="effect"),
        CheckConstraint(
            f"concerns IN ({', '.join(repr(str(c)) for c in (EVERYBODY, *InstitutionKind))})", name="concerns"
        ),
        Index("ix_holiday_override_day", "day"),
    )

    id: Mapped[pk]
    day: Mapped[date]
    effect: Mapped[str] = mapped_column(String(10))
    concerns: Mapped[str] = mapped_column(String(10))
    reason: Mapped[name_text]
    source: Mapped[str | None] = mapped_column(String(200))

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y} {self.reason}"
