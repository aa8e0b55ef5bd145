"""The obligation ledger: which days count towards what a student owes. Lines are added, never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.academia import InternshipType
from models.base import Model, pk, utcnow, word
from workflow.words import LedgerKind


class LedgerEntry(Model):
    """Half-days credited to one student for one type; a line that takes another back names it and is its negative."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("(reverses_id IS NULL AND half_days > 0) OR (reverses_id IS NOT NULL AND half_days < 0)", name="sign"),
        CheckConstraint("(kind = 'internship') = (application_id IS NOT NULL)", name="internship_has_application"),
        Index("ix_ledger_entry_student_type", "student_id", "internship_type_id", "id"),
        Index("ix_ledger_entry_department_id", "department_id", "id"),
    )  # fmt: skip

    id: Mapped[pk]
    kind: Mapped[LedgerKind] = mapped_column(word(LedgerKind, "kind"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    internship_type_id: Mapped[int] = mapped_column(ForeignKey("internship_type.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    half_days: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(2000))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    internship_type: Mapped[InternshipType] = relationship()
