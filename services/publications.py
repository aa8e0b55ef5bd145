"""Putting a publication's file where it is kept: bytes first, row last."""

import tempfile
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from flask import current_app

from models import Publication, utcnow
from services.archives import sniff_document
from services.archives.rules import upload_name


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
