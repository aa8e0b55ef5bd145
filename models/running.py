"""What the running site remembers of itself: what the worker did, who tried to sign in how often, and who is in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, pk, utcnow, word
from workflow.words import Outcome


class JobRun(Model):
    """One run of a job (services.jobs). `counted` is what the job counts: letters posted, files removed …"""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_job", "job", "id"), Index("ix_job_run_outcome", "outcome", "id"))

    id: Mapped[pk]
    job: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome] = mapped_column(word(Outcome, "outcome"), default=Outcome.RUNNING)
    counted: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(String(500))


class SignInTry(Model):
    """How often somebody tried in the window that ends at `until`; `key` is a digest, so that nobody is named."""

    __tablename__ = "sign_in_try"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    until: Mapped[datetime] = mapped_column(index=True)


class SignedIn(Model):
    """A browser that is signed in. `digest` is of the key its cookie holds; `remembered`: it was asked to stay so."""

    __tablename__ = "signed_in"

    id: Mapped[pk]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    remembered: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    device: Mapped[str] = mapped_column(String(60), default="")
    place: Mapped[str] = mapped_column(String(50), default="")


class AskedByMail(Model):
    """Somebody nobody knows asked that a letter be sent to an address; the worker looks whether it is anybody's."""

    __tablename__ = "asked_by_mail"

    id: Mapped[pk]
    what: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)


class KnownDevice(Model):
    """A browser in which an account was once signed in to; `digest` is of its cookie and the account together."""

    __tablename__ = "known_device"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
