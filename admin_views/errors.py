"""Error pages in the house's look: one sentence and a way back."""

import logging

from flask import Flask, Response, abort, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from models import db
from services import throttle
from services.archives import Busy
from services.say import said
from services.standing import NOBODY
from workflow.say import N_

_log = logging.getLogger(__name__)
SENTENCES = {
    400: N_("The request could not be understood."),
    401: N_("Please sign in first."),
    403: N_("This is not open to you."),
    404: N_("This page does not exist, or it is not yours to see."),
    405: N_("This address does not answer that way."),
    409: N_("Somebody was faster: the record has changed since you opened it."),
    413: N_("What was sent is too large; nothing was saved. A file may have 20 MB."),
    500: N_("Something went wrong on our side; it has been noted. Nothing you sent was half-saved."),
    503: N_("The system is busy just now. Try again in a moment."),
}
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
SESSION_ENDED = N_("Your session had ended, or the page was open too long. What you typed is below: send it again.")


def install(app: Flask) -> None:
    """Answer every error with its page; a fault is rolled back first."""
    app.before_request(_forms_only)
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(500, _fault)
    app.register_error_handler(OperationalError, _busy)


def _forms_only() -> None:
    """People send forms; the libraries would take other bodies for one too."""
    if request.method == "POST" and request.content_length and request.mimetype not in FORMS:
        abort(415)


def _page(error: HTTPException) -> Response:
    code = error.code or 500
    if isinstance(error, SecurityError):
        return Response(SENTENCES[400], 400, mimetype="text/plain")  # a host that is not ours: no page, no address
    if error.response is not None or code < 400:  # noqa: PLR2004 -- a redirect is not an error
        return make_response(error.get_response())
    sentence = said(error.say) if isinstance(error, Busy) else _(SENTENCES.get(code, SENTENCES[400]))
    page = make_response(render_template("errors/page.html", code=code, sentence=sentence), code)
    page.headers.extend((name, value) for name, value in error.get_headers() if name == "Retry-After")
    return page


def _too_often(error: RateLimitExceeded) -> Response:
    limit = current_app.extensions["staj_limiter"].current_limit
    why, wait = throttle.refused(error, limit.reset_at if limit else 0)
    page = make_response(render_template("errors/page.html", code=429, sentence=said(why)), 429)
    page.headers["Retry-After"] = str(wait)
    return page


def _fault(error: Exception) -> Response:
    if isinstance(busy := getattr(error, "original_exception", None), OperationalError):
        return _busy(busy)  # as the answer was on its way
    db.session.rollback()
    return make_response(render_template("errors/page.html", code=500, sentence=_(SENTENCES[500])), 500)


def _expired(_error: CSRFError) -> Response:
    return send_again(signed_out=not g.get("standing", NOBODY).present)


def send_again(*, signed_out: bool) -> Response:
    """Nothing typed is lost: the page offers the same form again, with a fresh token, and the way to sign in first."""
    typed = [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token" and "password" not in k]
    page = render_template("errors/expired.html", sentence=SESSION_ENDED, typed=typed, signed_out=signed_out)
    return make_response(page, 400)


def _busy(_error: OperationalError) -> Response:
    """Somebody else held the database for too long, or it is away."""
    db.session.rollback()
    _log.exception("The database did not answer.")
    return make_response(render_template("errors/page.html", code=503, sentence=_(SENTENCES[503])), 503)
