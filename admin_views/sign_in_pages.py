"""For whoever cannot sign in: a link to set a password, a link for a browser that somebody's guesses keep out.

Each answer, and the work behind it, is the same whether the address is anybody's or not: the worker looks it up.
"""

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from forms.sign_in import AccountAddressForm
from services import asked, devices, security_events, sign_in
from services.scope import system_session
from workflow.say import N_

ON_ITS_WAY = N_("If there is an account with this address, a letter with a link is on its way to it.")


def install(app: Flask) -> None:
    """Take the place of the library's page; its address and its limits stay."""
    app.view_functions["security.forgot_password"] = forgot_password
    app.add_url_rule("/sign-in-link", "sign_in_link", sign_in_link, methods=["GET", "POST"])
    app.add_url_rule("/known-device/<token>", "known_device", known_device, methods=["GET", "POST"])
    sign_in.limit_tries(app, "security.forgot_password", "sign_in_link", "known_device")


def forgot_password() -> ResponseReturnValue:
    """Have a link sent by which a password is set."""
    return _asked_for(asked.PASSWORD, "security/forgot_password.html")


def sign_in_link() -> ResponseReturnValue:
    """Have a link sent by which a browser may try again while an account is being guessed at."""
    return _asked_for(asked.SIGN_IN_LINK, "security/sign_in_link.html")


def _asked_for(what: str, template: str) -> ResponseReturnValue:
    form = AccountAddressForm()
    if request.method == "POST" and form.validate():
        email = sign_in.as_account(form.email.data or "") or ""
        asked.ask(what, email)
        security_events.say("letter_asked", address=email, what=what)
        flash(_(ON_ITS_WAY), "success")
        return redirect(url_for("security.login"))
    if request.method != "POST" and current_user.is_authenticated:
        form.email.data = current_user.email
    return render_template(template, form=form)


def known_device(token: str) -> ResponseReturnValue:
    """The letter's link: GET asks, because mail scanners open links; POST lets this browser try."""
    with system_session(reads=request.method != "POST") as reading:
        user = devices.account_of(reading, token)
        if user is None:
            flash(_("This link is too old. Have a new one sent."), "danger")
            return redirect(url_for("sign_in_link"))
        if request.method != "POST":
            return render_template("security/known_device.html", email=user.email)
        word = devices.remember(reading, user.email)
    security_events.say("device_known", account=user.id)
    flash(_("This browser may try again: sign in with your password."), "success")
    answer = redirect(url_for("security.login"))
    return devices.keep(answer, word)  # type: ignore[arg-type]  # werkzeug's own response is as good
