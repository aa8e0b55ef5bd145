"""The whole application with its calendar some days ahead: `clock:create_app()` in place of `app:create_app()`.

The product asks for the time in two places; both are given the real time moved by the whole days that the file named
by STAJ_TEST_DAYS holds, read at each asking. So a test can let weeks pass between two pages of a running site.
"""

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from flask import Flask

from app import create_app as untouched
from models import base
from services import sign_in

DAYS = Path(os.environ["STAJ_TEST_DAYS"])


class Moved(datetime):
    """`datetime` whose now is some days from now."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + timedelta(days=int(DAYS.read_text()))


def create_app() -> Flask:
    """The application, asked to look at the moved calendar."""
    base.datetime = sign_in.datetime = Moved  # type: ignore[attr-defined]
    base.Instant.python_type = datetime  # type: ignore[assignment, method-assign] # still what its values are
    return untouched()
