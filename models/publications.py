"""Announcements, regulations and required files: one table, three kinds."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.academia import Department
from models.base import Model, Stateful, pk, promises, utcnow, word
from workflow.kinds import Audience
from workflow.words import PublicationKind, PublicationState


class Publication(Stateful, Model):
    """What a department (or, with none, the university) publishes.

    `audience` is whom an announcement is for; what else is published is for students. `must_read` regulations are ticked on the wizard's first page. `size` in bytes.
    """

    __tablename__ = "publication"
    __table_args__ = (
        *promises("publication"),
        Index("ix_publication_kind_department", "kind", "department_id", "state", "published_at", "id"),
    )

    id: Mapped[pk]
    kind: Mapped[PublicationKind] = mapped_column(word(PublicationKind, "kind"))
    audience: Mapped[Audience] = mapped_column(
        word(Audience, "audience"), default=Audience.STUDENTS, server_default="students"
    )
    state: Mapped[PublicationState] = mapped_column(word(PublicationState, "state"), default=PublicationState.DRAFT)
    code: Mapped[str | None] = mapped_column(String(60), unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    must_read: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    filename: Mapped[str | None] = mapped_column(String(255))
    content_type: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    storage_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    edited_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    department: Mapped[Department | None] = relationship()

    def __str__(self) -> str:
        return self.title
