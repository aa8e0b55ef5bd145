"""Error pages in the house's look: one sentence and a way back."""

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from models import db
from workflow.say import N_

SENTENCES = {
    400: N_("The request could not be understood."),
    401: N_("Please sign in first."),
    403: N_("This is not open to you."),
    404: N_("This page does not exist, or it is not yours to see."),
    405: N_("This address does not answer that way."),
    409: N_("Somebody was faster: the record has changed since you opened it."),
    413: N_("The file is larger than 20 MB; nothing was uploaded."),
    429: N_("Too many tries. Wait a few minutes, then try again."),
    500: N_("Something went wrong on our side; it has been noted. Nothing you sent was half-saved."),
    503: N_("The system is busy just now. Try again in a moment."),
}
SESSION_ENDED = N_("Your session had ended, or the page was open too long. What you typed is below: send it again.")


def install(app: Flask) -> None:
    """Answer every error with its page; a fault is rolled back first."""
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(500, _fault)


def _page(error: HTTPException) -> Response:
    code = error.code or 500
    if isinstance(error, SecurityError):
        return Response(SENTENCES[400], 400, mimetype="text/plain")  # a host that is not ours: no page, no address
    if error.response is not None or code < 400:  # noqa: PLR2004 -- a redirect is not an error
        return make_response(error.get_response())
    return make_response(
        render_template("errors/page.html", code=code, sentence=SENTENCES.get(code, SENTENCES[400])), code
    )


def _fault(_error: Exception) -> Response:
    db.session.rollback()
    return make_response(render_template("errors/page.html", code=500, sentence=SENTENCES[500]), 500)


def _expired(_error: CSRFError) -> Response:
    """Nothing typed is lost: the page offers the same form again, with a fresh token."""
    typed = [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token" and "password" not in k]
    return make_response(render_template("errors/expired.html", sentence=SESSION_ENDED, typed=typed), 400)
