"""What somebody reads of what is published; and where a publication's file is kept: bytes first, row last."""

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Publication, utcnow
from services.archives import sniff_document
from services.archives.rules import upload_name
from workflow.kinds import Audience
from workflow.words import Actor, PublicationKind, PublicationState

NEWEST = 3  # announcements on a start page


def audiences(actors: Collection[Actor]) -> frozenset[Audience]:
    """Whose announcements somebody reads who is any of `actors`."""
    own = {_READS.get(actor, Audience.STAFF) for actor in actors}
    return frozenset({*own, Audience.EVERYBODY}) if own else frozenset()


_READS = {Actor.STUDENT: Audience.STUDENTS, Actor.EMPLOYER: Audience.FIRMS}


def news(session: Session, actors: Collection[Actor]) -> Sequence[Publication]:
    """The newest announcements these read, as far as they reach."""
    meant = [Publication.kind == PublicationKind.ANNOUNCEMENT, Publication.state == PublicationState.PUBLISHED]
    found = select(Publication).where(*meant, Publication.audience.in_(sorted(audiences(actors))))
    return session.scalars(found.order_by(Publication.published_at.desc(), Publication.id.desc()).limit(NEWEST)).all()


def attach(publication: Publication, store: Any, stream: BinaryIO, filename: str, limit: int) -> None:
    """Receive, inspect and store an upload of at most `limit` bytes; raises Refusal with its sentence."""
    name = upload_name(filename)
    with tempfile.TemporaryDirectory() as folder:
        received = store.receive(stream, limit_bytes=limit, into=Path(folder))
        current_app.extensions["scanner"].check(received.path, name)
        content_type = sniff_document(received.path, name)
        key = f"{utcnow():%Y/%m}/{uuid4().hex}"
        store.put(key, received.path)
    publication.filename, publication.content_type, publication.storage_key = name, content_type, key
    publication.size, publication.sha256 = received.size, received.sha256
