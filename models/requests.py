"""What students ask: changes of an approved internship, and anything else of their commission."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Model, Stateful, collation, keeps_order, pk, promises, utcnow, word
from models.institutions import Supervisor
from workflow.kinds import ReasonKind
from workflow.words import ChangeKind, ChangeState, LinkPurpose, RequestState

_OPEN_CHANGE = text("state IN ('new', 'with_supervisor', 'with_commission')")


class ChangeRequest(Stateful, Model):
    """A wish to postpone, extend or stop one approved internship: its dates as they were, and as asked for.

    One to hand it over to another supervisor leaves the dates alone: `supervisor` is the new one, who answers,
    `before_supervisor` whoever it was.
    `half_days` and `before_half_days` count half working days. The application's own dates follow an
    approval; at most one request of an application is open. `why` is for the commission; everybody else reads
    `reason_kind`.
    """

    __tablename__ = "change_request"
    __table_args__ = (
        *promises("change_request"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("(kind = 'hand_over') = (before_supervisor_id IS NOT NULL)", name="hands_over_from_somebody"),
        Index(
            "uq_change_request_open", "application_id", unique=True,
            sqlite_where=_OPEN_CHANGE, postgresql_where=_OPEN_CHANGE,
        ),
        Index("ix_change_request_application_id", "application_id", "id"),
        Index("ix_change_request_state_asked", "state", "asked_at", "id"),
        Index("ix_change_request_department_state", "department_id", "state", "asked_at", "id"),
        Index("ix_change_request_department_asked", "department_id", "asked_at", "id"),
        Index("ix_change_request_supervisor_state", "supervisor_id", "state", "asked_at", "id"),
        Index("ix_change_request_student_id", "student_id", "id"),
    )  # fmt: skip

    id: Mapped[pk]
    state: Mapped[ChangeState] = mapped_column(word(ChangeState, "state"), default=ChangeState.NEW)
    kind: Mapped[ChangeKind] = mapped_column(word(ChangeKind, "kind"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("supervisor.id"))
    before_supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("supervisor.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    reason_kind: Mapped[ReasonKind] = mapped_column(
        word(ReasonKind, "reason_kind"), default=ReasonKind.OTHER, server_default=ReasonKind.OTHER.value
    )
    why: Mapped[str] = mapped_column(String(2000))
    before_starts_on: Mapped[date]
    before_ends_on: Mapped[date]
    before_half_days: Mapped[int] = mapped_column(Integer)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    half_days: Mapped[int] = mapped_column(Integer)
    application: Mapped[Application] = relationship()
    supervisor: Mapped[Supervisor] = relationship(foreign_keys=[supervisor_id])
    before_supervisor: Mapped[Supervisor | None] = relationship(foreign_keys=[before_supervisor_id])

    def __str__(self) -> str:
        return f"{self.application} · {self.kind}"


class Request(Stateful, Model):
    """A student's question to the commission. `reason` is what was written last; the history keeps every turn."""

    __tablename__ = "request"
    __table_args__ = (
        *promises("request"),
        Index("ix_request_state_asked", "state", "asked_at", "id"),
        Index("ix_request_department_state", "department_id", "state", "asked_at", "id"),
        Index("ix_request_department_asked", "department_id", "asked_at", "id"),
        Index("ix_request_student_id", "student_id", "id"),
    )

    id: Mapped[pk]
    state: Mapped[RequestState] = mapped_column(word(RequestState, "state"), default=RequestState.NEW)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    student_number: Mapped[str] = mapped_column(String(20))
    student_name: Mapped[str] = mapped_column(String(201))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(String(4000))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    application: Mapped[Application | None] = relationship()

    def __str__(self) -> str:
        return self.subject


class AnswerTemplate(Model):
    """An answer a commission gives often."""

    __tablename__ = "answer_template"
    __table_args__ = (Index("ix_answer_template_collation_key_id", "collation_key", "id"),)

    id: Mapped[pk]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    collation_key: Mapped[collation]
    text: Mapped[str] = mapped_column(String(2000))

    def __str__(self) -> str:
        return self.title


keeps_order(AnswerTemplate.title)


class AnswerLink(Model):
    """The way a supervisor without an account comes in from a letter: one purpose, until a day, by a code.

    It answers one change request once, agrees once to `new_email` as the supervisor's address, or opens the page of
    the supervisor's interns as often as needed. Only digests are kept; the code confirms that whoever comes reads the
    supervisor's mail. Everybody who came in by a link is out again once its `turn` has moved on.
    """

    __tablename__ = "answer_link"
    __table_args__ = (
        CheckConstraint("(purpose = 'answer') = (change_request_id IS NOT NULL)", name="answers_one_request"),
        CheckConstraint("(purpose = 'address') = (new_email IS NOT NULL)", name="agrees_to_one_address"),
        Index("ix_answer_link_email_id", "email", "id"),
    )

    id: Mapped[pk]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(word(LinkPurpose, "purpose"))
    change_request_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("supervisor.id"))
    email: Mapped[str] = mapped_column(String(255))
    new_email: Mapped[str | None] = mapped_column(String(255))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(SmallInteger, default=0)
    code_digest: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    codes_sent: Mapped[int] = mapped_column(SmallInteger, default=0)
