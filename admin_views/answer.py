"""The page behind a supervisor's letter: no account, one file, one answer. A GET never decides."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin_views.firm import dead_link
from admin_views.page import choose
from forms.change_request import AnswerForm, CodeForm
from models import AnswerLink, ChangeRequest, ReachSession, db, utcnow
from services import answer_links, change_requests, firm_links, link_codes
from services.commissions import contact_of
from services.link_codes import CODES
from services.say import said
from services.scope import enter, system_session
from services.sign_in import today
from services.transition import Refused, take
from workflow.words import Action, ChangeState

SETTINGS = frozenset({"language", "theme"})  # chosen at the foot of the page


def install(app: Flask) -> None:
    """Open to whoever holds the link; an answer needs the code sent to the supervisor's address."""
    app.add_url_rule("/answer/", "no_answer", _no_link, methods=["GET", "POST"])
    app.add_url_rule("/answer/<path:token>", "answer", answer, methods=["GET", "POST"])


def _no_link() -> ResponseReturnValue:
    """An address that lost its link on the way."""
    return dead_link(link_codes.UNKNOWN), 404


def answer(token: str) -> ResponseReturnValue:
    """GET shows what is asked; POST first has a code sent, then takes the answer with it.

    A link that answers nothing any more says why, and has a new one sent to the address on record where the request
    still waits.
    """
    token = link_codes.cleaned(token)
    if chooses := not SETTINGS.isdisjoint(request.form):
        choose()
    with system_session(reads=request.method != "POST") as session:
        found = answer_links.opened(session, token, lock=request.method == "POST")
        if found is None:
            return dead_link(link_codes.UNKNOWN), 404
        if over := _over(session, found, chooses=chooses):
            return over
        if request.method != "POST":
            return _page("answer/ask.html", found, form=AnswerForm())
        coded = "code" in request.form
        form: Any = CodeForm() if coded else AnswerForm()
        # whoever chooses finds the same step with what was typed; nothing is sent or decided
        if chooses or "change" in request.form or not form.validate():
            return _page("answer/code.html" if coded else "answer/ask.html", found, form=form)
        problem = (
            answer_links.wrong_code(session, found, token, form.code.data)
            if coded
            else answer_links.send_code(session, found, token)
        )
        if problem or not coded:
            return _page("answer/code.html", found, form=form if coded else CodeForm(code=""), problem=problem)
    return _taken(token, form)


def _over(session: Session, found: answer_links.Opened, *, chooses: bool) -> ResponseReturnValue | None:
    """The page of a link that answers nothing any more: why, and how to go on; None for a good one."""
    why = answer_links.spent(found, utcnow())
    waits = found.change.state is ChangeState.WITH_SUPERVISOR and not found.link.used_at
    if waits and "again" in request.form and not chooses and answer_links.dead(found, utcnow()):
        return _sent_again(session, found)
    if why is None:
        return None
    return render_template(
        "answer/spent.html", why=why, waits=waits, contact=contact_of(session, found.change.department_id)
    )


def _sent_again(session: Session, found: answer_links.Opened) -> ResponseReturnValue:
    """A new link, to the address on record: whoever holds the dead one learns no more than that."""
    try:
        firm_links.send_again(session, found.change.application, found.standing, today=today())
    except Refused as refused:
        flash(said(refused.say), "warning")
    else:
        flash(_("A new link is on its way to the supervisor's address that the university has on record."), "success")
    session.commit()
    return redirect(request.path, 303)


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
        template, change=change, weighed=weighed, email=answer_links.hidden(found.link.email),
        used_up=found.link.codes_sent >= CODES, **facts,
    )  # fmt: skip
