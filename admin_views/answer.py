"""The page behind a supervisor's letter: no account, one file, one answer. A GET never decides."""

from typing import Any

from flask import Flask, abort, render_template, request
from flask.typing import ResponseReturnValue

from admin_views.page import choose
from forms.change_request import AnswerForm, CodeForm
from models import AnswerLink, ChangeRequest, ReachSession, db, utcnow
from services import answer_links, change_requests
from services.scope import enter, system_session
from services.sign_in import today
from services.transition import Refused, take
from workflow.words import Action

SETTINGS = frozenset({"language", "theme"})  # chosen at the foot of the page


def install(app: Flask) -> None:
    """Open to whoever holds the link; an answer needs the code sent to the supervisor's address."""
    app.add_url_rule("/answer/<token>", "answer", answer, methods=["GET", "POST"])


def answer(token: str) -> ResponseReturnValue:
    """GET shows what is asked; POST first has a code sent, then takes the answer with it."""
    if chooses := not SETTINGS.isdisjoint(request.form):
        choose()
    with system_session(reads=request.method != "POST") as session:
        found = answer_links.opened(session, token, lock=request.method == "POST") or abort(404)
        if said := answer_links.spent(found, utcnow()):
            return render_template("answer/spent.html", why=said)
        if request.method != "POST":
            return _page("answer/ask.html", found, form=AnswerForm())
        coded = "code" in request.form
        form: Any = CodeForm() if coded else AnswerForm()
        if chooses or "change" in request.form:  # the same step with what was typed; nothing is sent or decided
            return _page("answer/code.html" if coded else "answer/ask.html", found, form=form)
        if not form.validate():
            return _page("answer/code.html" if coded else "answer/ask.html", found, form=form)
        problem = (
            answer_links.wrong_code(session, found, token, form.code.data)
            if coded
            else answer_links.send_code(session, found, token)
        )
        if problem or not coded:
            return _page("answer/code.html", found, form=form if coded else CodeForm(code=""), problem=problem)
    return _taken(token, form)


def _taken(token: str, form: Any) -> ResponseReturnValue:
    """Take the step in the supervisor's own name and reach, and spend the link with it."""
    with system_session(reads=True) as looking, ReachSession(db, expire_on_commit=False) as session:
        found = answer_links.opened(looking, token) or abort(404)
        enter(session, found.standing)
        row, link = session.get(ChangeRequest, found.change.id), session.get(AnswerLink, found.link.id)
        if row is None or link is None:
            return abort(404)
        try:
            take(
                session, row, Action(form.answer.data), standing=found.standing, today=today(),
                seen=found.change.version, reason=form.reason.data or None,
            )  # fmt: skip
        except Refused as refused:
            session.rollback()
            return _page("answer/code.html", found, form=form, problem=refused.say)
        link.used_at, link.code_digest = utcnow(), None
        session.commit()
        return _page("answer/done.html", found, agreed=form.answer.data == Action.AGREE)


def _page(template: str, found: answer_links.Opened, **facts: Any) -> str:
    change = found.change
    weighed = change_requests.weighed(change.application, change.kind, change.starts_on, change.ends_on, today())
    return render_template(
        template, change=change, weighed=weighed, email=answer_links.hidden(found.link.email), **facts
    )
