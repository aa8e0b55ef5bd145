"""How much a request may ask the server to take apart: refused before it is read, whoever sends it."""

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, abort, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

MOST_FIELDS = 2_000  # of a form; the largest of ours ticks 500 rows
MOST_FORM_BYTES = 1024 * 1024  # of a form without files
MOST_FIELD_BYTES = 256 * 1024  # of one text in a form with files
MOST_QUERY_BYTES = 8 * 1024
MOST_ARGUMENTS = 200
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class BoundedForm(FormDataParser):
    """Raises RequestEntityTooLarge for a form that is longer, or has more fields, than any of ours."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        """The library's (stream, fields, files); it bounds forms with files itself."""
        if mimetype == URLENCODED:
            if (content_length or 0) > MOST_FORM_BYTES:
                raise RequestEntityTooLarge
            body = stream.read(MOST_FORM_BYTES + 1)
            if len(body) > MOST_FORM_BYTES or body.count(b"&") >= MOST_FIELDS:
                raise RequestEntityTooLarge
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class BoundedRequest(Request):
    """A request whose form is taken apart within bounds."""

    form_data_parser_class = BoundedForm


def install(app: Flask) -> None:
    """Ask before anything else does: the libraries would take other bodies for a form too."""
    app.request_class = BoundedRequest
    app.config["MAX_FORM_PARTS"] = MOST_FIELDS
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_FIELD_BYTES
    app.before_request(_bounded)


def _bounded() -> None:
    if len(request.query_string) > MOST_QUERY_BYTES or request.query_string.count(b"&") >= MOST_ARGUMENTS:
        abort(414)
    if request.method != "POST":
        return
    if request.content_length and request.mimetype not in {URLENCODED, MULTIPART}:
        abort(415)
