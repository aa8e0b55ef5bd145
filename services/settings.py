"""What a deployment decides, read from the environment; production refuses to start half-configured."""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services import production, session_limits
from services.production import KEYS

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """Environment variables carry these names in capitals. Sizes in bytes."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)  # an error message keeps no secret

    database_url: str = Field(default_factory=lambda: f"sqlite:///{VAR / 'staj.sqlite'}")
    storage_url: str = Field(default_factory=lambda: f"file://{VAR / 'files'}")
    secret_key: str = ""
    password_salt: str = ""
    national_id_key: str = ""
    trusted_hosts: list[str] = ["127.0.0.1", "localhost"]
    production: bool = False
    public_url: str = "http://127.0.0.1:8000"
    mail_url: str = "mailbox:"
    mail_from: str = "staj@demo.edu.tr"
    jobs_path: Path = VAR / "jobs.sqlite"
    imports_path: Path = VAR / "imports"
    student_directory_url: str = ""
    student_directory_query: str = ""
    student_directory_columns: dict[str, str] = {}
    staj_demo_password: str = ""
    max_upload: int = 20 * MEBIBYTE
    clamd_url: str = ""  # tcp://host:3310 or unix:///run/clamav/clamd.ctl; empty: no virus scanner
    inspections_at_once: int = Field(default=2, ge=1)
    sign_in_limit: str = "10 per 5 minutes"  # tries for one account
    sign_in_limit_place: str = "100 per 5 minutes"  # tries from one address that let nobody in
    session_idle_minutes: dict[str, int] = {}  # by what somebody acts as (services.session_limits)
    session_hours: dict[str, int] = {}
    remember_days: dict[str, int] = {}
    breached_passwords: Path | None = None  # sorted lines, SHA-1:count (services.passwords)
    proxies: int = 0
    commission_least: int = Field(default=3, ge=1)
    commission_years: int = Field(default=2, ge=1, le=20)

    @model_validator(mode="after")
    def _folders(self) -> "Settings":
        private_folder(VAR)
        if self.database_url.startswith("sqlite:///"):
            private_file(Path(self.database_url.removeprefix("sqlite:///").partition("?")[0]))
        private_file(self.jobs_path)
        return self

    @model_validator(mode="after")
    def _limits(self) -> "Settings":
        if fault := session_limits.fault(self.session_idle_minutes, self.session_hours, self.remember_days):
            raise ValueError(fault)
        return self

    @model_validator(mode="after")
    def _keys(self) -> "Settings":
        if faults := list(production.plain_faults(self)):
            raise ValueError("; ".join(faults))
        if self.production:
            production.demand(self)
        for name in KEYS:
            if not getattr(self, name):
                object.__setattr__(self, name, _kept_key(VAR / "keys", name))
        return self

    def flask(self) -> dict[str, Any]:
        """The configuration of Flask and its extensions."""
        return {
            "SECRET_KEY": self.secret_key,
            "SECURITY_PASSWORD_SALT": self.password_salt,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": _waits_for(self.database_url),
            "TRUSTED_HOSTS": self.trusted_hosts,
            "MAX_CONTENT_LENGTH": self.max_upload + MEBIBYTE,
            "SESSION_COOKIE_SECURE": self.production,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_NAME": "__Host-staj" if self.production else "staj",
            "REMEMBER_COOKIE_NAME": "__Host-staj-remember" if self.production else "remember_token",
            "REMEMBER_COOKIE_DURATION": timedelta(days=session_limits.LONGEST_REMEMBERED),
            "REMEMBER_COOKIE_SECURE": self.production,
            "REMEMBER_COOKIE_HTTPONLY": True,
            "REMEMBER_COOKIE_SAMESITE": "Lax",
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": "tr",
            "BABEL_DEFAULT_TIMEZONE": "Europe/Istanbul",
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
            "BOOTSTRAP_SERVE_LOCAL": True,
            "PREFERRED_URL_SCHEME": "https" if self.production else "http",
            "SECURITY_I18N_DOMAIN": "messages",
            "SECURITY_I18N_DIRNAME": [str(ROOT / "translations")],
            **SECURITY,
        }


SECURITY = {
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": ("The e-mail address or the password is wrong.", "error"),
    "SECURITY_PASSWORD_LENGTH_MIN": 12,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_REDIRECT_VALIDATE_MODE": "regex",
    "SECURITY_REGISTERABLE": False,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_CACHE_CONTROL": None,  # services.headers says it; the library's own is not understood by browsers
    "SECURITY_EMAIL_PLAINTEXT": False,  # services.sign_in_letters draws what the library sends
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=1),
    "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
}


def _waits_for(database_url: str) -> dict[str, Any]:
    """How long a request waits for a database that does not answer, before it is told so (seconds; the last in ms)."""
    if not database_url.startswith("postgresql"):
        return {}  # SQLite waits by `busy_timeout` (services.database)
    return {"pool_timeout": 5, "connect_args": {"connect_timeout": 5, "tcp_user_timeout": 15_000}}


def private_folder(path: Path) -> None:
    """A folder that only this account of the machine may look into; one that is there already is closed."""
    with suppress(OSError):  # a folder of somebody else's is theirs to close; what uses it says what is wrong
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)


def private_file(path: Path) -> None:
    """A file that only this account may read: made where its folder is there, closed where it is. SQLite's side files follow it."""
    with suppress(OSError):
        path.touch(mode=0o600)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _kept_key(folder: Path, name: str) -> str:
    """A random key outside production, kept beside the database so that a restart signs nobody out."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        own = folder / f"{name}.{os.getpid()}"  # of several processes starting at once, one key is kept
        own.touch(mode=0o600)
        own.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return path.read_text()
