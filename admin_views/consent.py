"""The page behind a letter that asks whether a supervisor's address may change. A GET never decides."""

from typing import Any

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from admin_views.firm import dead_link
from forms.firm import ComingForm
from models import utcnow
from services import consent, link_codes
from services.link_codes import hidden
from services.scope import system_session
from workflow.say import Say


def install(app: Flask) -> None:
    """Open to whoever holds the link; agreeing needs the code sent to the address that stands."""
    app.add_url_rule("/address/<path:token>", "address", answer, methods=["GET", "POST"])


def answer(token: str) -> ResponseReturnValue:
    """GET shows what is asked; POST declines at once, or has a code sent and agrees with it."""
    token = link_codes.cleaned(token)
    with system_session(reads=request.method != "POST") as session:
        asked = consent.opened(session, token, lock=request.method == "POST")
        why = consent.spent(asked, utcnow()) if asked else link_codes.UNKNOWN
        if asked is None or why:
            return dead_link(why or link_codes.UNKNOWN), 200 if asked else 404
        if request.form.get("answer") == "no":
            consent.decline(session, asked)
            return _page(asked, done="declined")
        if request.method != "POST" or request.form.get("answer") != "yes":
            return _page(asked)
        if "code" not in request.form:
            return _page(asked, ComingForm(formdata=None), consent.send_code(session, asked, token))
        form = ComingForm()
        if not form.validate():
            return _page(asked, form)
        problem = consent.wrong_code(session, asked, token, form.code.data or "") or consent.agree(session, asked)
        return _page(asked, form, problem) if problem else _page(asked, done="agreed")


def _page(asked: consent.Asked, form: Any = None, problem: Say | None = None, done: str = "") -> str:
    return render_template(
        "answer/address.html", person=asked.person, new=asked.link.new_email, email=hidden(asked.link.email), form=form,
        problem=problem, done=done,
    )  # fmt: skip
