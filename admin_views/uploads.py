"""Uploads that a page sends with progress: it is told in words a script reads where an answer leads."""

from flask import Flask, Response, request

HEADER = "X-Staj-Upload"


def install(app: Flask) -> None:
    """A redirect would be followed within the script, and what it says once would be read by nobody."""

    @app.after_request
    def _led(response: Response) -> Response:
        if HEADER in request.headers and 300 <= response.status_code < 400:  # noqa: PLR2004 -- redirects
            to = response.headers.pop("Location")
            response.status_code, response.mimetype = 200, "application/json"
            response.set_data(app.json.dumps({"to": to}))
        return response
