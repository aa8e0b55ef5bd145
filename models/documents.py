"""Files that belong to an application; the bytes lie in the store under `storage_key`."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, pk, utcnow, word
from workflow.words import Purpose


class Document(Model):
    """One uploaded file of an application or a request: `size` in bytes, `entries` of an archive as [[name, bytes], …].

    `submitted_at` is empty until the student submits; the commission sees it from then on.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("(application_id IS NULL) <> (request_id IS NULL)", name="of_one_file"),
        Index("ix_document_application_id", "application_id", "id"),
        Index("ix_document_request_id", "request_id", "id"),
    )

    id: Mapped[pk]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(
        word(Purpose, "purpose"), default=Purpose.APPLICATION, server_default="application"
    )
    filename: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(100), unique=True)
    entries: Mapped[list[list[Any]]] = mapped_column(JSON)
    uploaded_at: Mapped[datetime] = mapped_column(default=utcnow)
    submitted_at: Mapped[datetime | None]
