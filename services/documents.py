"""A student's archive or single document: received, looked into, kept; the bytes first, the row last."""

import tempfile
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from uuid import uuid4

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Document, Publication, Request, utcnow
from services import storage
from services.archives import inspect_in_child, sniff_document
from services.archives.rules import Refusal, upload_name
from services.scope import system_session
from workflow.say import Say
from workflow.turkish import lowered
from workflow.words import Purpose

CONTENT_TYPES = {"zip": "application/zip", "7z": "application/x-7z-compressed"}
ARCHIVES = frozenset({".zip", ".7z"})
SINGLE = frozenset({".pdf", ".jpg", ".jpeg", ".jfif", ".jpe", ".png"})


def take_in(
    store: Any, stream: BinaryIO, filename: str, limit: int, *, single: frozenset[str] = frozenset()
) -> Document:
    """An uploaded archive of at most `limit` bytes, inspected and stored, as a row not yet anybody's.

    A document with one of the endings `single` will do as well.
    Raises Refusal with its sentence, or Unavailable where too many archives wait to be looked into, the store or the
    virus scanner does not answer. Touches no database: no
    lock is held while a slow upload arrives.
    """
    name = upload_name(filename)
    with tempfile.TemporaryDirectory() as folder:
        received = store.receive(stream, limit_bytes=limit, into=Path(folder))
        current_app.extensions["scanner"].check(received.path, name)
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


def _looked_into(path: Path, name: str, *, single: frozenset[str]) -> tuple[str, list[list[Any]]]:
    """The content type, and what an archive holds as [[name, bytes], …]; raises Refusal."""
    ending = lowered(PurePosixPath(name).suffix)
    if ending in single:
        return sniff_document(path, name), []
    if single and ending not in ARCHIVES:
        raise Refusal(Say("Upload one file of these kinds: %(endings)s", endings=", ".join(sorted(ARCHIVES | single))))
    with current_app.extensions["turns"].turn():
        listing = inspect_in_child(path, name)
    return CONTENT_TYPES[listing.kind], [[e.name, e.size] for e in listing.entries]


def give(
    session: Session, document: Document, of: Application | Request, purpose: Purpose = Purpose.APPLICATION
) -> None:
    """Make a stored file an application's newest for a purpose, or one more of a request. The caller commits."""
    document.purpose = Purpose.REQUEST if isinstance(of, Request) else purpose
    if isinstance(of, Request):
        document.request_id = of.id
    else:
        for older in session.scalars(
            select(Document).where(
                Document.application_id == of.id, Document.purpose == purpose, Document.submitted_at.is_(None)
            )
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


def sweep_files() -> int:
    """Delete from the store what neither a document nor a publication names; answers how many."""
    with system_session(reads=True) as session:
        return len(storage.sweep(current_app.extensions["storage"], partial(known_keys, session)))
