"""The password is asked for where it is needed, and what was typed goes on from there.

Whoever came by “remember me” types it before the first thing they decide; whoever was signed out while a form was
filled in signs in on the page that keeps it.
"""

import json
from functools import wraps
from typing import Any

from flask import Flask, current_app, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from flask_security.forms import VerifyForm
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin_views import errors
from admin_views.desk import Opened
from services import sessions
from services.sign_in import READS
from workflow.words import Actor

PACKED, AGAIN = "_typed", "_again"  # a form's fields: what was typed elsewhere; that the same form goes on
_OWN = frozenset({"csrf_token", "password", "next", PACKED, AGAIN})


def install(app: Flask) -> None:
    """Ask before the desks do their work; lead on from the library's two pages."""
    app.before_request(_ask)
    app.jinja_env.globals |= {"typed_here": typed_here, "packed": packed}
    for endpoint, then in (("security.verify", _on), ("security.login", _back)):
        app.view_functions[endpoint] = _led_on(app.view_functions[endpoint], then)


def typed_here() -> list[tuple[str, str]]:
    """What the form of this request held, but no password and no token."""
    return [(k, v) for k, v in request.form.items(multi=True) if k not in _OWN and "password" not in k]


def packed() -> str:
    """The same in one field, for a page whose own fields may be called alike."""
    return request.form[PACKED] if PACKED in request.form else json.dumps(typed_here())


def _ask() -> ResponseReturnValue | None:
    """Before a desk of an office, a commission or a firm takes a form from somebody not seen to be themselves."""
    if request.method in READS or not sessions.stale() or not _decides():
        return None
    form = VerifyForm(user=current_user, formdata=None)
    page = render_template("security/verify.html", verify_form=form, lost=any(request.files.values()))
    return make_response(page, 401)


def _decides() -> bool:
    """What students send in their own matter decides nothing; every other desk's forms may."""
    desks = current_app.extensions["admin"][0]._views  # noqa: SLF001 -- the library offers no other list
    actors = next((v.actors for v in desks if isinstance(v, Opened) and v.endpoint == request.blueprint), frozenset())
    return Actor.STUDENT not in actors and bool(actors & g.standing.actors)


def _led_on(view: Any, then: Any) -> Any:
    @wraps(view)
    def shown(**given: Any) -> Any:
        answer = view(**given)
        led = request.method == "POST" and isinstance(answer, Response) and answer.location
        return then(answer) if led else answer

    return shown


def _on(answer: Response) -> Any:
    """The form that was held up is sent on by the browser as it is."""
    return redirect(answer.location, 307) if AGAIN in request.form and answer.location else answer


def _back(answer: Response) -> Any:
    """Signed in again: the form that was on its way is shown once more, to be sent."""
    typed = _unpacked(request.form.get(PACKED, ""))
    if not typed or not current_user.is_authenticated:
        return answer
    flash(_("You are signed in again."), "success")
    sentence = _("What you typed is below: send it again.")
    facts = {"typed": typed, "shown": [value for name, value in typed if errors.is_words(name, value)]}
    return render_template("errors/expired.html", sentence=sentence, signed_out=False, there=answer.location, **facts)


def _unpacked(text: str) -> list[tuple[str, str]]:
    try:
        pairs = MultiDict(json.loads(text))
        return [(str(name), str(value)) for name, value in pairs.items(multi=True)]
    except (ValueError, TypeError, RecursionError):
        return []
