"""What happened to each file, chained and append-only; and the letters each step sent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Key, Model, pk, utcnow, word
from models.sealed import SealedText
from workflow.words import Action, Actor, LetterState


class Step(Model):
    """One step of one file. `digest` covers the step and the digest before it (services.audit)."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("machine", "row_id", "seq"),
        Index("ix_step_department_at", "department_id", "at"),
        Index("ix_step_at", "at", "id"),
        Index("ix_step_by_id", "by_id", "at", "id"),
        Index("ix_step_machine_at", "machine", "at", "id"),
        Index("ix_step_machine_action_at", "machine", "action", "at", "id"),
    )

    id: Mapped[pk]
    machine: Mapped[str] = mapped_column(String(20))
    row_id: Mapped[int] = mapped_column(Key)
    seq: Mapped[int] = mapped_column(Integer)
    action: Mapped[Action] = mapped_column(word(Action, "action"))
    from_state: Mapped[str] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    actor: Mapped[Actor] = mapped_column(word(Actor, "actor"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(2000))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"), index=True)
    before: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class Notice(Model):
    """A reminder (`what`) raised about one file and one date, or one person's summary of a morning.

    The database takes each once: a job that is run again, or twice at once, reminds nobody twice.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("what", "row_id", "due_on"),)

    id: Mapped[pk]
    what: Mapped[str] = mapped_column(String(30))
    row_id: Mapped[int] = mapped_column(Key)
    due_on: Mapped[date]
    raised_at: Mapped[datetime] = mapped_column(default=utcnow)


class Letter(Model):
    """A letter in the outbox: one event, one reader, one link. The worker posts it.

    It comes with a step or with a notice; one that comes with neither carries a key (a password, a code), or tells of
    a change of somebody's address or duty (services.identity_letters).

    Its words and its link are locked: they hold what opens a door (a link, a code, a way to a new password).
    `tries` counts the claims; a queued letter is due from `next_try_at` on (services.outbox).
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_due", "state", "next_try_at", "id"),
        Index("ix_letter_state_id", "state", "id"),
        Index("ix_letter_created_at", "created_at", "id"),
        Index("ix_letter_state_created_at", "state", "created_at", "id"),
        Index("ix_letter_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_letter_to_email", "to_email", "id"),
        UniqueConstraint("step_id", "reader", "to_email"),
        Index("ix_letter_notice_id", "notice_id"),
    )

    id: Mapped[pk]
    step_id: Mapped[int | None] = mapped_column(ForeignKey("step.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    reader: Mapped[str] = mapped_column(String(20))
    to_email: Mapped[str] = mapped_column(String(255))
    to_name: Mapped[str] = mapped_column(String(201))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(SealedText)
    html: Mapped[str] = mapped_column(SealedText)
    link: Mapped[str | None] = mapped_column(SealedText)
    state: Mapped[LetterState] = mapped_column(word(LetterState, "state"), default=LetterState.QUEUED)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    def __str__(self) -> str:
        return self.subject
