"""What the running site remembers of itself: what the worker did, and who tried to sign in how often."""

from datetime import datetime

from sqlalchemy import Index, Integer, String
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
