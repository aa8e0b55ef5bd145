"""Files as downloads: streamed from the store, never shown inline, under the name they came with."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Response, abort, current_app
from werkzeug.utils import secure_filename


def download(file: Any) -> Response:
    """The stored bytes of anything with storage_key, filename, content_type and size; 404 when the store lost them."""
    pieces = iter(current_app.extensions["storage"].open(file.storage_key))
    try:
        first = next(pieces, b"")
    except FileNotFoundError:
        abort(404)
    response = Response(_chained(first, pieces), mimetype=file.content_type)
    plain = secure_filename(file.filename) or "file"
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.filename)}"
    )
    response.headers["Content-Length"] = str(file.size)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
