"""Error pages in the house's look: one sentence and a way back. None of them asks the database anything."""

import logging
import re
from contextlib import suppress
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from models import db
from services import security_events, sign_in, throttle
from services.say import said
from services.standing import NOBODY
from services.unavailable import Unavailable
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
    414: N_("This address is too long. Begin again from the start page."),
    415: N_("The system takes forms only, as its own pages send them."),
    500: N_("Something went wrong on our side; it has been noted. Nothing you sent was half-saved."),
    503: N_("The system is busy just now. Try again in a moment."),
}
# what pages put into forms themselves: lower-case words, numbers, addresses of ours
_INTERNAL = re.compile(r"[a-z0-9_:./?=&-]*")
DENIED = frozenset({401, 403, 404})  # what is not yours does not exist
SESSION_ENDED = N_("Your session had ended, or the page was open too long. What you typed is below: send it again.")


AWAY = N_("The system cannot reach its database just now. Nothing was saved; try again in a minute.")
MOST_OFFERED = 128 * 1024  # characters of a form that are offered to be sent again; no page of ours asks for more
AGAIN_IN = 20  # seconds after which trying again is worth while


def install(app: Flask) -> None:
    """Answer every error with its page; a fault is rolled back first."""
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(500, _fault)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _database)


def _drawn(code: int, sentence: str, template: str = "errors/page.html", **facts: Any) -> Response:
    """An error page. It asks the database nothing, because the database may be what does not answer."""
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()  # noqa: SLF001 -- where Flask-Login would load the account for every template
    return make_response(render_template(template, code=code, sentence=sentence, **facts), code)


def _page(error: HTTPException) -> Response:
    code = error.code or 500
    if isinstance(error, SecurityError):
        return Response(SENTENCES[400], 400, mimetype="text/plain")  # a host that is not ours: no page, no address
    if error.response is not None or code < 400:  # noqa: PLR2004 -- a redirect is not an error
        return make_response(error.get_response())
    if code in DENIED and g.get("standing", NOBODY).present and request.blueprint:
        security_events.say("denied", account=g.standing.user_id, code=code)
    sentence = said(error.say) if isinstance(error, Unavailable) else _(SENTENCES.get(code, SENTENCES[400]))
    page = _unavailable(sentence) if code == 503 else _drawn(code, sentence)  # noqa: PLR2004 -- an HTTP status
    page.headers.extend((name, value) for name, value in error.get_headers() if name == "Retry-After")
    return page


def _too_often(error: RateLimitExceeded) -> Response:
    limit = current_app.extensions["staj_limiter"].current_limit
    why, wait = throttle.refused(error, limit.reset_at if limit else 0)
    security_events.say(
        "throttled", account=g.standing.user_id, address=sign_in.typed_address(), rule=str(error.limit.limit)
    )
    held = request.endpoint == "security.login" and error.limit.key_func is not get_remote_address
    page = _drawn(429, said(why), locked=sign_in.typed_address() if held else "")
    page.headers["Retry-After"] = str(wait)
    return page


def _fault(error: Exception) -> Response:
    original = getattr(error, "original_exception", None)
    if isinstance(original, PoolTimeout) or (isinstance(original, DBAPIError) and _unreachable(original)):
        return _busy(original)  # as the answer was on its way
    _let_go()
    return _drawn(500, _(SENTENCES[500]))


def _expired(_error: CSRFError) -> Response:
    return send_again(signed_out=not g.get("standing", NOBODY).present)


def send_again(*, signed_out: bool) -> Response:
    """Nothing typed is lost: the page offers the same form again, with a fresh token, and the way to sign in first."""
    return _again(400, _(SESSION_ENDED), signed_out=signed_out)


def _again(code: int, sentence: str, *, signed_out: bool) -> Response:
    typed = [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token" and "password" not in k]
    if sum(len(k) + len(v) for k, v in typed) > MOST_OFFERED:
        return _drawn(413, _(SENTENCES[413]))
    facts = {
        "typed": typed,
        "shown": [value for name, value in typed if is_words(name, value)],
        "files": [file.filename for file in request.files.values() if file.filename],
    }
    at_a_desk = signed_out and request.blueprint not in {None, "security"}  # there, nothing goes on without signing in
    return _drawn(code, sentence, "errors/expired.html", signed_out=at_a_desk, **facts)


def is_words(name: str, value: str) -> bool:
    """Whether somebody typed this: not the word of a button, a key, a version or a place."""
    return bool(value.strip()) and not name.startswith("_") and not _INTERNAL.fullmatch(value)


def _database(error: DBAPIError | PoolTimeout) -> Response:
    """Somebody else held the database for too long, or it is away; whatever else it says is a fault of ours."""
    if isinstance(error, DBAPIError) and not _unreachable(error):
        raise error
    return _busy(error)


def _unreachable(error: DBAPIError) -> bool:
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def _busy(error: DBAPIError | PoolTimeout) -> Response:
    """503, with what was typed to be sent again."""
    _let_go()
    _log.error("The database did not answer.", exc_info=error)
    away = isinstance(error, DBAPIError) and "locked" not in str(error.orig)
    page = _unavailable(_(AWAY if away else SENTENCES[503]))
    page.headers["Retry-After"] = str(AGAIN_IN)
    return page


def _unavailable(sentence: str) -> Response:
    """503; what was typed is offered to be sent again."""
    with suppress(HTTPException):  # what was sent may not be readable at all
        if request.form and not any("password" in name for name in request.form):
            return _again(503, sentence, signed_out=False)
    return _drawn(503, sentence)


def _let_go() -> None:
    """Give the connection back, as far as there is one."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
