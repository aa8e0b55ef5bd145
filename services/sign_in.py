"""Signing in and out: who the request is for, how often one may try, and an end the server knows of."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, has_request_context, request, session
from flask_babel import gettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import user_logged_out
from flask_security import (
    MailUtil,
    PasswordUtil,
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    current_user,
    password_complexity_validator,
    password_length_validator,
    reset_password_instructions_sent,
)
from flask_security.utils import get_message

from models import User, db
from services import throttle, visits
from services.scope import enter
from services.sign_in_letters import about_password
from services.standing import NOBODY, standing_of
from workflow.addresses import as_address

ISTANBUL = ZoneInfo("Europe/Istanbul")
VISIT = "firm"  # what a browser keeps of a visit by a letter's link
READS = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGES = ("tr", "en")
ESTIMATED = 72  # characters; zxcvbn raises beyond
LONGEST = 4096  # characters; the hash raises beyond


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


class Passwords(PasswordUtil):
    """Long enough, and not easy to guess; the estimator reads no more than the first characters."""

    def normalize(self, password: str) -> str:
        """As the library has it, but no longer than the hash takes: what is longer is nobody's password."""
        return str(super().normalize(password[:LONGEST]))[:LONGEST]

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        whole = self.normalize(password)
        if len(whole) == LONGEST:
            return [gettext("Choose a password shorter than %(length)s characters.", length=LONGEST)], whole
        refused = password_length_validator(whole)
        if refused is None and password_complexity_validator(whole[:ESTIMATED], is_register, **kwargs):
            refused = [get_message("PASSWORD_TOO_SIMPLE")[0]]  # the estimator itself speaks English only
        return refused, whole


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
        "security.forgot_password",
        "security.reset_password",
        "security.change_password",
        "security.verify",
    )
    app.extensions["staj_security"] = security
    user_logged_out.connect(_forget, app)
    reset_password_instructions_sent.connect(_keep, app)


def limit_tries(app: Flask, *endpoints: str) -> None:
    """So many tries for one account, and so many from one place that let nobody in: a campus may share an address."""
    limiter = app.extensions["staj_limiter"]
    place = {"key_func": get_remote_address, "methods": ["POST"], "deduct_when": _failed}
    for endpoint in endpoints:
        view: Any = app.view_functions[endpoint]
        view = limiter.limit(_setting("sign_in_limit_place"), **place)(view)  # asked first: it locks no account
        view = limiter.limit(_setting("sign_in_limit"), key_func=_account, methods=["POST"])(view)
        app.view_functions[endpoint] = view


def _setting(name: str) -> Callable[[], str]:
    return lambda: str(getattr(current_app.extensions["staj"], name))


def _account() -> str:
    """The account somebody tries, their own or the one a letter's link is for, whoever tries it from wherever."""
    named = (current_user.is_authenticated and current_user.email) or as_account(request.form.get("email", ""))
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
        g.standing = standing_of(request_session, current_user.id, current_user.name, today())
    elif kept := session.get(VISIT):
        g.standing = visits.standing(request_session, kept)
        if not g.standing.present:
            session.pop(VISIT)  # it has ended
    request_session.commit()
    request_session.info["reads"] = request.method in READS
    enter(request_session, g.standing)


_OPEN = frozenset({"health", "static", "bootstrap.static", "admin.static", "icons"})


def _forget(_app: Flask, user: User, **_: Any) -> None:
    """Signing out ends every session of the account on the server: the old cookie opens nothing."""
    user.fs_uniquifier = uuid.uuid4().hex
    db.session.commit()


def _keep(_app: Flask, **_: Any) -> None:
    """The library's page ends without keeping the letter it wrote."""
    db.session.commit()
