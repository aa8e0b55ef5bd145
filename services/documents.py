"""A student's archive: received, looked into, kept; the bytes first, the row last."""

import tempfile
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Document, Publication, utcnow
from services.archives import inspect_in_child
from services.archives.rules import upload_name

CONTENT_TYPES = {"zip": "application/zip", "7z": "application/x-7z-compressed"}


def take_in(store: Any, stream: BinaryIO, filename: str, limit: int) -> Document:
    """An uploaded archive of at most `limit` bytes, inspected and stored, as a row not yet anybody's.

    Raises Refusal with its sentence, or Busy where too many archives wait to be looked into. Touches no database: no
    lock is held while a slow upload arrives.
    """
    name = upload_name(filename)
    with tempfile.TemporaryDirectory() as folder:
        received = store.receive(stream, limit_bytes=limit, into=Path(folder))
        with current_app.extensions["turns"].turn():
            listing = inspect_in_child(received.path, name)
        key = f"{utcnow():%Y/%m}/{uuid4().hex}"
        store.put(key, received.path)
    return Document(
        filename=name,
        content_type=CONTENT_TYPES[listing.kind],
        size=received.size,
        sha256=received.sha256,
        storage_key=key,
        entries=[[e.name, e.size] for e in listing.entries],
    )


def give(session: Session, document: Document, application: Application) -> None:
    """Make a stored archive the application's newest. The caller commits."""
    for older in session.scalars(
        select(Document).where(Document.application_id == application.id, Document.submitted_at.is_(None))
    ):
        session.delete(older)  # the sweeper takes the file
    document.application_id = application.id
    document.student_id = application.student_id
    document.department_id = application.department_id
    session.add(document)
    session.flush()


def known_keys(session: Session, keys: list[str]) -> set[str]:
    """Which of these storage keys a row points to (for the sweeper)."""
    found = (select(m.storage_key).where(m.storage_key.in_(keys)) for m in (Document, Publication))
    return {str(k) for statement in found for k in session.scalars(statement)}
