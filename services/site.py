"""What the university sets for everybody, as every page and letter says it: kept in each process for a minute.

Error pages and sign-in pages are drawn with it too, so drawing never asks the database.
"""

import time
from dataclasses import dataclass
from datetime import date

from flask import Flask, current_app, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models import SiteSettings
from services.scope import system_session

KEPT_FOR = 60.0  # seconds until another process's change is seen
WITHOUT_PAGE = frozenset({"static", "bootstrap.static", "icons"})


@dataclass(frozen=True)
class Site:
    """Empty where nothing is set."""

    help_desk: str = ""
    training: str = ""
    cut_over: date | None = None


@dataclass
class Kept:
    """The last answer, and until when it holds (by the clock that only goes forward)."""

    site: Site = Site()
    until: float = 0.0
    seconds: float = KEPT_FOR

    def fresh(self) -> Site:
        """Read anew once a minute; where the database does not answer, what was read last stays."""
        if time.monotonic() >= self.until:
            self.until = time.monotonic() + self.seconds
            try:
                self.site = _read()
            except SQLAlchemyError:
                self.until = time.monotonic() + KEPT_FOR
        return self.site


def install(app: Flask) -> None:
    """Look before a page is drawn, while the database may be asked."""
    app.extensions["site"] = Kept()

    @app.before_request
    def _look() -> None:
        if request.endpoint not in WITHOUT_PAGE:
            fresh()

    app.context_processor(lambda: {"site": current()})


def current() -> Site:
    """As last read; the database is not asked."""
    kept: Kept = current_app.extensions["site"]
    return kept.site


def fresh() -> Site:
    """As it stands now, or stood within the last minute."""
    kept: Kept = current_app.extensions["site"]
    return kept.fresh()


def forget() -> None:
    """Read anew at the next look: something was just set in this process."""
    current_app.extensions["site"].until = 0.0


def _read() -> Site:
    columns = (SiteSettings.help_desk, SiteSettings.training, SiteSettings.cut_over)
    with system_session(reads=True) as session:
        found = session.execute(select(*columns).limit(1)).first()
    return Site(found[0] or "", found[1] or "", found[2]) if found else Site()
