"""Signing in and out: who the request is for, how often one may try, and an end the server knows of."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, after_this_request, current_app, flash, g, has_request_context, request, session
from flask_babel import gettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    MailUtil,
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    current_user,
    password_changed,
    password_reset,
    reset_password_instructions_sent,
)

from models import User, db
from services import devices, security_events, sessions, throttle, visits
from services.passwords import Passwords
from services.scope import enter
from services.sign_in_letters import about_password
from services.standing import NOBODY
from workflow.addresses import as_address

ISTANBUL = ZoneInfo("Europe/Istanbul")
VISIT = "firm"  # what a browser keeps of a visit by a letter's link
READS = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGES = ("tr", "en")


class Role(RoleMixin):
    """Flask-Security wants a role model; ours are memberships, so there is nothing in it."""


class Outbox(MailUtil):
    """Flask-Security's letters go into the outbox like every other letter."""

    def normalize(self, email: str) -> str:
        """As accounts store it; raises EmailValidateException for what is no address."""
        return str(super().normalize(as_account(email) or email))

    def validate(self, email: str) -> str:
        """An account's address was checked when it was made: nobody waits for a name server here."""
        return self.normalize(email)

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Queue the letter in the same transaction as what caused it."""
        db.session.add(about_password(template, kwargs["user"], kwargs.get("reset_link")))


def today() -> date:
    """The date in Istanbul."""
    return datetime.now(ISTANBUL).date()


def as_account(identity: str) -> str | None:
    """An e-mail address as accounts store it; None when it cannot be one."""
    address = as_address(identity)
    return address if "@" in address and len(address) <= 255 and "\x00" not in address else None  # noqa: PLR2004


def language() -> str:
    """Asked for in this session, kept with the account, or the first the browser names that we speak."""
    if not has_request_context():
        return LANGUAGES[0]  # a command speaks the university's own
    if session.get("language") in LANGUAGES:
        return str(session["language"])
    if g.get("language") in LANGUAGES:
        return str(g.language)
    return request.accept_languages.best_match(LANGUAGES, "tr") or "tr"


def install(app: Flask) -> None:
    """Wire Flask-Security, the throttle and the standing of each request."""
    app.before_request(_enter)  # before the libraries: they read the account, and must not open a transaction for it
    limiter = Limiter(get_remote_address, app=app, storage_uri=throttle.STORED, headers_enabled=False)
    app.config["SECURITY_USER_IDENTITY_ATTRIBUTES"] = [{"email": {"mapper": as_account, "case_insensitive": False}}]
    datastore = SQLAlchemyUserDatastore(db, User, Role)
    security = Security(app, datastore, mail_util_cls=Outbox, password_util_cls=Passwords, register_blueprint=True)
    app.extensions["staj_limiter"] = limiter
    limit_tries(
        app,
        "security.login",
        "security.reset_password",
        "security.change_password",
        "security.verify",
    )
    app.extensions["staj_security"] = security
    manager = app.login_manager  # type: ignore[attr-defined]  # Flask-Login puts it there
    manager.id_attribute = User.session_id.__name__
    manager.user_loader(lambda kept: sessions.load(kept, today()))
    manager.request_loader(lambda _request: None)  # no token opens a page: sessions end on the server
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    password_changed.connect(_changed, app)
    password_reset.connect(_changed, app)
    reset_password_instructions_sent.connect(_keep, app)


def limit_tries(app: Flask, *endpoints: str) -> None:
    """So many tries for one account, and so many from one place that let nobody in: a campus may share an address."""
    limiter = app.extensions["staj_limiter"]
    place = {"key_func": get_remote_address, "methods": ["POST"], "deduct_when": _failed}
    for endpoint in endpoints:
        view: Any = _reported(app.view_functions[endpoint])
        view = limiter.limit(_setting("sign_in_limit_place"), **place)(view)  # asked first: it locks no account
        view = limiter.limit(_setting("sign_in_limit"), key_func=_account, methods=["POST"])(view)
        app.view_functions[endpoint] = view


def _reported(view: Any) -> Any:
    """Whoever is refused by one of these pages is noted: signing in, a password, a code."""

    @wraps(view)  # the limiter knows a page by its name
    def shown(**given: Any) -> Any:
        answer = view(**given)
        if request.method == "POST" and current_app.make_response(answer).status_code == 200:  # noqa: PLR2004 -- the form again
            security_events.say("refused", account=g.standing.user_id, address=typed_address())
        return answer

    return shown


def typed_address() -> str:
    """The address somebody typed to sign in with, as accounts store it."""
    return as_account(request.form.get("email", "")) or ""


def _setting(name: str) -> Callable[[], str]:
    return lambda: str(getattr(current_app.extensions["staj"], name))


def _account() -> str:
    """What somebody tries: their own account, one from a device it knows or from any other, or a letter's link.

    Each has tries of its own, so that whoever guesses uses up nobody else's.
    """
    if current_user.is_authenticated:
        return f"own {current_user.id}"
    named = typed_address()
    if device := devices.known(named):
        return f"device {device}"
    return f"account {named or (request.view_args or {}).get('token') or get_remote_address()}"


def _failed(_response: Response) -> bool:
    """Whether nobody came in by this request; it lets go of the database then, where the try is counted next."""
    if not g.standing.present and (current_user.is_authenticated or VISIT in session):
        return False
    db.session.rollback()
    return True


def _enter() -> None:
    """Give this request's session its reader, before anything is read.

    Who it is gets read without a transaction, so that a slow upload holds no lock.
    """
    g.standing = NOBODY
    if request.endpoint in _OPEN:
        return
    request_session = db.session()
    request_session.info["reads"] = True
    if current_user.is_authenticated:
        g.language = current_user.language
        g.standing = g.signed_in.standing
    elif kept := session.get(VISIT):
        g.standing = visits.standing(request_session, kept)
        if not g.standing.present:
            session.pop(VISIT)  # it has ended
        else:
            visits.used(kept)
            session.modified = True
    request_session.commit()
    sessions.note()
    if over := g.get("session_over"):
        security_events.say("session_over", account=over.standing.user_id)
        flash(
            gettext("Your session has ended: nothing was done in it for some time, or it was open for too long."),
            "warning",
        )
    request_session.info["reads"] = request.method in READS
    enter(request_session, g.standing)


_OPEN = frozenset({"health", "static", "bootstrap.static", "admin.static", "icons"})


def _begin(_app: Flask, user: User, **_: Any) -> None:
    """The library's page commits; whoever else signs somebody in does too."""
    remembered = sessions.begin(user, today())
    security_events.say("signed_in", account=user.id, remembered=remembered)
    know_device(user)


def _end(_app: Flask, **_: Any) -> None:
    """Signing out ends the session on the server: the old cookie opens nothing."""
    security_events.say("signed_out", account=g.standing.user_id)
    sessions.end_current()
    db.session.commit()


def know_device(user: User) -> None:
    """This browser has shown to be the person's: nobody else's tries keep it out. The caller commits."""
    word = devices.remember(db.session(), user.email)
    after_this_request(lambda response: devices.keep(response, word))


def _changed(_app: Flask, user: User, **_: Any) -> None:
    """A password was set by whoever is in, or by whoever reads the account's mail."""
    security_events.say("password_set", account=user.id)
    if request:
        know_device(user)


def _keep(_app: Flask, **_: Any) -> None:
    """The library's page ends without keeping the letter it wrote."""
    db.session.commit()
