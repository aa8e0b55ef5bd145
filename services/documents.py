"""A student's archive or single document: received, looked into, kept; the bytes first, the row last."""

import tempfile
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from uuid import uuid4

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Document, Publication, Request, utcnow
from services.archives import inspect_in_child, sniff_document
from services.archives.rules import upload_name

CONTENT_TYPES = {"zip": "application/zip", "7z": "application/x-7z-compressed"}
SINGLE = frozenset({".pdf", ".jpg", ".jpeg", ".png"})


def take_in(store: Any, stream: BinaryIO, filename: str, limit: int, *, single: bool = False) -> Document:
    """An uploaded archive of at most `limit` bytes, inspected and stored, as a row not yet anybody's.

    With `single`, one PDF or picture will do as well.
    Raises Refusal with its sentence, or Busy where too many archives wait to be looked into. Touches no database: no
    lock is held while a slow upload arrives.
    """
    name = upload_name(filename)
    with tempfile.TemporaryDirectory() as folder:
        received = store.receive(stream, limit_bytes=limit, into=Path(folder))
        content_type, entries = _looked_into(received.path, name, single=single)
        key = f"{utcnow():%Y/%m}/{uuid4().hex}"
        store.put(key, received.path)
    return Document(
        filename=name,
        content_type=content_type,
        size=received.size,
        sha256=received.sha256,
        storage_key=key,
        entries=entries,
    )


def _looked_into(path: Path, name: str, *, single: bool) -> tuple[str, list[list[Any]]]:
    """The content type, and what an archive holds as [[name, bytes], …]; raises Refusal."""
    if single and PurePosixPath(name).suffix.lower() in SINGLE:
        return sniff_document(path, name), []
    with current_app.extensions["turns"].turn():
        listing = inspect_in_child(path, name)
    return CONTENT_TYPES[listing.kind], [[e.name, e.size] for e in listing.entries]


def give(session: Session, document: Document, of: Application | Request) -> None:
    """Make a stored file an application's newest archive, or one more of a request. The caller commits."""
    if isinstance(of, Request):
        document.request_id = of.id
    else:
        for older in session.scalars(
            select(Document).where(Document.application_id == of.id, Document.submitted_at.is_(None))
        ):
            session.delete(older)  # the sweeper takes the file
        document.application_id = of.id
    document.student_id = of.student_id
    document.department_id = of.department_id
    session.add(document)
    session.flush()


def known_keys(session: Session, keys: list[str]) -> set[str]:
    """Which of these storage keys a row points to (for the sweeper)."""
    found = (select(m.storage_key).where(m.storage_key.in_(keys)) for m in (Document, Publication))
    return {str(k) for statement in found for k in session.scalars(statement)}
