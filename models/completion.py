"""What closes an internship: the days worked, the logbook, and the firm's evaluation on a form the commission made."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.academia import Department
from models.applications import Application
from models.base import Model, Stateful, name_text, pk, promises, utcnow, word
from models.institutions import Supervisor
from workflow.words import AttendanceState, EvaluationFormState, EvaluationState, QuestionKind

_EVERYWHERE = text("department_id IS NULL")
_IN_USE = text("state = 'in_use' AND department_id IS NOT NULL")
_IN_USE_EVERYWHERE = text("state = 'in_use' AND department_id IS NULL")


_ASKED = ("kind", "text", "text_en", "options", "required")


class OfAnInternship:
    """The keys by which everybody reaches what belongs to one internship."""

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))

    @declared_attr
    def application_id(cls) -> Mapped[int]:  # noqa: N805 -- called on the class
        return mapped_column(ForeignKey("application.id"))


class OfAFirm(OfAnInternship):
    """What the supervisor of the internship writes."""

    supervisor_id: Mapped[int] = mapped_column(ForeignKey("supervisor.id"), index=True)

    @declared_attr
    def application(cls) -> Mapped[Application]:  # noqa: N805 -- called on the class
        return relationship()

    @declared_attr
    def supervisor(cls) -> Mapped[Supervisor]:  # noqa: N805 -- called on the class
        return relationship()


class Attendance(OfAFirm, Stateful, Model):
    """The attendance sheet of one internship, kept week by week and confirmed once by the firm."""

    __tablename__ = "attendance"
    __table_args__ = (*promises("attendance"), UniqueConstraint("application_id"))

    id: Mapped[pk]
    state: Mapped[AttendanceState] = mapped_column(word(AttendanceState, "state"), default=AttendanceState.OPEN)

    def __str__(self) -> str:
        return str(self.application)


class AttendanceWeek(OfAFirm, Model):
    """One week, by its Monday, that the firm has gone through."""

    __tablename__ = "attendance_week"
    __table_args__ = (UniqueConstraint("application_id", "monday"),)

    id: Mapped[pk]
    monday: Mapped[date]
    saved_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    saved_by: Mapped[str] = mapped_column(String(200))


class Absence(OfAFirm, Model):
    """A day on which the intern was missing: half-days missed, and why."""

    __tablename__ = "absence"
    __table_args__ = (
        UniqueConstraint("application_id", "day"),
        CheckConstraint("half_days IN (1, 2)", name="half_or_whole"),
    )

    id: Mapped[pk]
    day: Mapped[date]
    half_days: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(500))


class LogEntry(OfAnInternship, Model):
    """What the intern did on one day. `submitted_at` is empty until the completion is handed in."""

    __tablename__ = "log_entry"
    __table_args__ = (UniqueConstraint("application_id", "day"),)

    id: Mapped[pk]
    day: Mapped[date]
    text: Mapped[str] = mapped_column(String(4000))
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(default=utcnow)
    submitted_at: Mapped[datetime | None]


class EvaluationForm(Stateful, Model):
    """One version of a commission's questions; without a department, the university's own."""

    __tablename__ = "evaluation_form"
    __table_args__ = (
        *promises("evaluation_form"),
        UniqueConstraint("department_id", "number"),
        Index(
            "uq_evaluation_form_in_use", "department_id", unique=True,
            sqlite_where=_IN_USE, postgresql_where=_IN_USE,
        ),
        Index(
            "uq_evaluation_form_in_use_everywhere", "state", unique=True,
            sqlite_where=_IN_USE_EVERYWHERE, postgresql_where=_IN_USE_EVERYWHERE,
        ),
        Index(
            "uq_evaluation_form_number_everywhere", "number", unique=True,
            sqlite_where=_EVERYWHERE, postgresql_where=_EVERYWHERE,
        ),
    )  # fmt: skip

    id: Mapped[pk]
    state: Mapped[EvaluationFormState] = mapped_column(
        word(EvaluationFormState, "state"), default=EvaluationFormState.DRAFT
    )
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[name_text]
    title_en: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    department: Mapped[Department | None] = relationship()
    questions: Mapped[list["EvaluationQuestion"]] = relationship(
        back_populates="form", order_by="EvaluationQuestion.position", cascade="all, delete-orphan"
    )

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The questions as plain data, in order."""
        return [{name: getattr(q, name) for name in _ASKED} for q in self.questions]

    @asked.setter
    def asked(self, questions: list[dict[str, Any]]) -> None:
        self.questions = [EvaluationQuestion(position=n, **facts) for n, facts in enumerate(questions, 1)]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class EvaluationQuestion(Model):
    """One question; `options` are the answers of a choice, or the two ends of a scale with their words."""

    __tablename__ = "evaluation_question"
    __table_args__ = (UniqueConstraint("form_id", "position"),)

    id: Mapped[pk]
    form_id: Mapped[int] = mapped_column(ForeignKey("evaluation_form.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[QuestionKind] = mapped_column(word(QuestionKind, "kind"))
    text: Mapped[str] = mapped_column(String(500))
    text_en: Mapped[str] = mapped_column(String(500))
    options: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    required: Mapped[bool] = mapped_column(default=True)
    form: Mapped[EvaluationForm] = relationship(back_populates="questions")


class Evaluation(OfAFirm, Stateful, Model):
    """The firm's evaluation of its intern, on the version of the form it was begun on; what it says lies in its answers."""

    __tablename__ = "evaluation"
    __table_args__ = (*promises("evaluation"), UniqueConstraint("application_id"))

    id: Mapped[pk]
    state: Mapped[EvaluationState] = mapped_column(word(EvaluationState, "state"), default=EvaluationState.OPEN)
    form_id: Mapped[int] = mapped_column(ForeignKey("evaluation_form.id"), index=True)
    given_at: Mapped[datetime | None]
    form: Mapped[EvaluationForm] = relationship()

    def __str__(self) -> str:
        return str(self.application)


class EvaluationAnswer(OfAFirm, Model):
    """One answer, in the words of its question; the student reaches it once the commission has decided."""

    __tablename__ = "evaluation_answer"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "question_id"),
        Index("ix_evaluation_answer_application_id", "application_id"),
    )

    id: Mapped[pk]
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("evaluation_question.id"), index=True)
    answer: Mapped[str] = mapped_column(String(2000))
    question: Mapped[EvaluationQuestion] = relationship()
