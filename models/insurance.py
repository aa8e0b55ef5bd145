"""What the health office declares to the social security institution, internship by internship (Law 5510)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Model, Stateful, pk, promises, utcnow, word
from workflow.words import DeclarationKind, DeclarationState

_UNDONE = text("state IN ('new', 'due')")


class Declaration(Stateful, Model):
    """An entry, correction, exit or cancellation that is owed for one internship, until its reference is known.

    `due_on` is the last day the law allows, `aim_on` the working day by which the desk wants it done;
    `starts_on` and `ends_on` are the days it declares.
    """

    __tablename__ = "declaration"
    __table_args__ = (
        *promises("declaration"),
        CheckConstraint("aim_on <= due_on", name="aims_before_due"),
        Index(
            "uq_declaration_undone", "application_id", "kind", unique=True,
            sqlite_where=_UNDONE, postgresql_where=_UNDONE,
        ),
        Index("ix_declaration_application_id", "application_id", "id"),
        Index("ix_declaration_state_aim", "state", "aim_on", "id"),
        Index("ix_declaration_state_kind_aim", "state", "kind", "aim_on", "id"),
        Index("ix_declaration_reference", "reference"),
        Index("ix_declaration_student_id", "student_id", "id"),
    )  # fmt: skip

    id: Mapped[pk]
    state: Mapped[DeclarationState] = mapped_column(word(DeclarationState, "state"), default=DeclarationState.NEW)
    kind: Mapped[DeclarationKind] = mapped_column(word(DeclarationKind, "kind"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    student_number: Mapped[str] = mapped_column(String(20))
    student_name: Mapped[str] = mapped_column(String(201))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    due_on: Mapped[date]
    aim_on: Mapped[date]
    reference: Mapped[str | None] = mapped_column(String(50))
    raised_at: Mapped[datetime] = mapped_column(default=utcnow)
    application: Mapped[Application] = relationship()

    def __str__(self) -> str:
        return f"{self.student_name} · {self.kind}"
