"""The way in of a firm without an account: its link, the code sent to its address, a password for whoever wants one."""

from typing import Any

from flask import Flask, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_security import login_user

from forms.firm import AccountForm, AddressForm, ComingForm
from models import db, utcnow
from services import answer_links, asked, conflicts, link_codes, sign_in, visits
from services.say import said
from services.scope import system_session
from workflow.say import Say

KEPT = sign_in.VISIT


def install(app: Flask) -> None:
    """Open to whoever comes; what has no code shows nothing."""
    app.add_url_rule("/firm", "firm", ask, methods=["GET", "POST"])
    app.add_url_rule("/firm/account", "firm_account", account, methods=["GET", "POST"])
    app.add_url_rule("/firm/leave", "firm_leave", leave, methods=["POST"])
    app.add_url_rule("/firm/<path:token>", "firm_link", come, methods=["GET", "POST"])
    sign_in.limit_tries(app, "firm", "firm_link", "firm_account")


def ask() -> ResponseReturnValue:
    """Have a link sent; the answer is the same whether the address is known or not."""
    form = AddressForm()
    if request.method == "POST" and form.validate():
        asked.ask(asked.FIRM_LINK, sign_in.as_account(form.email.data or "") or "")
        flash(
            _("If a supervisor of our interns has this address, a letter with a link is on its way to it."), "success"
        )
        return redirect(url_for("security.login"))
    return render_template("firm/ask.html", form=form)


def come(token: str) -> ResponseReturnValue:
    """GET shows nothing of anybody; POST has a code sent, or begins the visit with it."""
    token = link_codes.cleaned(token)
    with system_session(reads=request.method != "POST") as reading:
        coming = visits.opened(reading, token, lock=request.method == "POST")
        why = visits.spent(coming, utcnow()) if coming else link_codes.UNKNOWN
        if coming is None or why:
            return dead_link(why or link_codes.UNKNOWN), 200 if coming else 404
        if request.method != "POST":
            return redirect(url_for("home.index")) if g.standing.visit == coming.link.id else _door(coming)
        form = ComingForm()
        if "code" not in request.form:
            return _door(coming, ComingForm(formdata=None), visits.send_code(reading, coming, token))
        if not form.validate():
            return _door(coming, form)
        begun = visits.begin(reading, coming, token, form.code.data or "")
        if isinstance(begun, Say):
            return _door(coming, form, begun)
    session[KEPT] = begun
    return redirect(url_for("home.index"))


def dead_link(why: Say) -> str:
    """A link that opens nothing says why, and leads on: a new one by mail, the sign-in, the commission."""
    return render_template("firm/spent.html", why=why, form=AddressForm(formdata=None))


def _door(coming: visits.Coming, form: Any = None, problem: Say | None = None) -> str:
    return render_template("firm/come.html", email=answer_links.hidden(coming.link.email), form=form, problem=problem)


def leave() -> ResponseReturnValue:
    """End the visit on the server; with “everything”, withdraw the links too."""
    if g.standing.visit:
        with system_session() as writing:
            visits.leave(writing, g.standing.visit)
            if "links" in request.form:
                visits.revoke(writing, g.standing.visit)
    session.pop(KEPT, None)
    if "links" in request.form:
        flash(_("Every link sent to you so far is withdrawn. Have a new one sent when you need it."), "success")
    return redirect(url_for("security.login"))


def account() -> ResponseReturnValue:
    """Set a password for one's own address: from then on one signs in like everybody else."""
    if not g.standing.visit:
        return redirect(url_for("security.login"))
    form = AccountForm()
    with system_session(reads=request.method != "POST") as reading:
        email = visits.email_of(reading, g.standing.visit, lock=request.method == "POST")
        known = visits.known(reading, email)
        if known and (why := conflicts.of_account(reading, known, email, sign_in.today())):
            flash(said(why), "danger")
            return redirect(url_for("home.index"))
        if known and request.method == "POST":
            visits.adopt(reading, known, email)
            flash(_("These interns belong to your account now. Sign in with its password."), "success")
            return redirect(url_for("security.login"))
        if known or request.method != "POST" or not form.validate() or not _strong(form, email):
            return render_template("firm/account.html", form=form, email=email, known=known is not None)
        made = visits.make_account(reading, g.standing, form.password.data or "", str(get_locale() or "tr"))
    session.pop(KEPT, None)
    login_user(made)
    db.session.commit()
    flash(_("Your account is made. From now on you sign in with %(email)s and your password.", email=email), "success")
    return redirect(url_for("home.index"))


def _strong(form: AccountForm, email: str) -> bool:
    """Whether the password is as long and as hard to guess as everybody's; says in the form what it is not."""
    util = current_app.extensions["security"].password_util
    refused, form.password.data = util.validate(form.password.data, is_register=True, email=email, name=g.standing.name)
    form.password.errors = [*form.password.errors, *(refused or ())]
    return not refused
