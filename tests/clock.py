"""A day that stands still, for tests whose files have fixed dates: what waits in them must not age with the calendar."""

from datetime import date, datetime, time, tzinfo

import pytest

from services import sign_in
from tests.people import TODAY


def stands_at(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let the site's date be `day`; moments are still the real ones."""

    class Still(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.combine(day, time(10), tz)

    monkeypatch.setattr(sign_in, "datetime", Still)


@pytest.fixture
def in_june(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 1 June 2026: the internships of `Town.application` begin five weeks later."""
    stands_at(monkeypatch, TODAY)
