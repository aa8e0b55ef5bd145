"""The calendar of Türkiye: what the law and the moon say, and what a decree changes."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models import HolidayOverride
from services.calendar import FIRST_YEAR, calendar, calendar_for, last_year, undecided, workplace
from services.settings import ROOT
from workflow.words import InstitutionKind
from workflow.working_days import Calendar, NoHolidayData, Override, Workplace, count

APRIL_2025 = [date(2025, 4, n) for n in (2, 3, 4)]


@pytest.fixture
def session() -> Iterator[Session]:
    """The table of decrees alone, with the leave of April 2025."""
    engine = create_engine("sqlite://")
    HolidayOverride.metadata.create_all(engine, [HolidayOverride.__table__])
    with Session(engine) as session:
        leave = {"effect": "holiday", "concerns": "public", "reason": "İdari izin"}
        session.add_all(HolidayOverride(day=day, **leave) for day in APRIL_2025)
        session.commit()
        yield session
    engine.dispose()


def test_the_public_holidays_of_2025_are_those_of_law_2429() -> None:
    expected = {
        (1, 1),
        (3, 30),
        (3, 31),
        (4, 1),
        (4, 23),
        (5, 1),
        (5, 19),
        (6, 6),
        (6, 7),
        (6, 8),
        (6, 9),
        (7, 15),
        (8, 30),
        (10, 29),
    }
    assert {(d.month, d.day) for d in calendar((), [2025]).full} == expected


@pytest.mark.parametrize(
    ("year", "eves"),
    [
        (2025, {date(2025, 3, 29), date(2025, 6, 5), date(2025, 10, 28)}),
        (2026, {date(2026, 3, 19), date(2026, 5, 26), date(2026, 10, 28)}),
        (2027, {date(2027, 3, 8), date(2027, 5, 15), date(2027, 10, 28)}),
    ],
)
def test_feast_eves_and_28_october_are_half_holidays(year: int, eves: set[date]) -> None:
    assert set(calendar((), [year]).half) == eves


def test_two_holidays_on_one_day_are_both_named() -> None:
    known = calendar((), [2026, 2027]).full
    assert known[date(2027, 5, 19)] == f"{known[date(2026, 5, 19)]}; {known[date(2026, 5, 27)]}"


def test_names_are_turkish_or_english() -> None:
    day = date(2026, 7, 15)
    assert calendar((), [2026]).full[day] == "Demokrasi ve Millî Birlik Günü"
    assert calendar((), [2026], language="en").full[day] == "Democracy and National Unity Day"


def test_no_year_that_counts_rests_on_an_estimated_feast() -> None:
    known = calendar((), range(1900, 2200))
    assert known.years == frozenset(range(FIRST_YEAR, last_year() + 1))
    assert last_year() >= 2032
    names = {*known.full.values(), *known.half.values()}
    assert [name for name in names if "tahmini" in name] == []


def test_every_year_has_its_fourteen_holidays_and_no_day_is_whole_and_half() -> None:
    for year in range(2017, last_year() + 1):
        known = calendar((), [year])
        # 1 January, 1 May, five national days, three and four days of feast; two may share a day
        assert sum(len(name.split("; ")) for name in known.full.values()) == 14, year
        assert not known.full.keys() & known.half.keys(), year
        assert date(year, 10, 28) in known.half, year


def test_a_year_whose_feasts_are_only_estimated_is_an_error_not_a_year_without_holidays() -> None:
    beyond = last_year() + 1
    known = calendar((), [beyond - 1, beyond, 9999])
    assert known.years == {beyond - 1}
    with pytest.raises(NoHolidayData):
        count(date(beyond, 7, 1), date(beyond, 7, 2), Workplace(), known)


def test_a_calendar_keeps_nothing_of_another() -> None:
    one = calendar((), [2026])
    one.full.clear()  # type: ignore[attr-defined]
    assert len(calendar((), [2026]).full) == 14


def test_the_calendar_for_a_range_knows_its_years_and_its_decrees(session: Session) -> None:
    found = calendar_for(session, date(2024, 12, 1), date(2025, 4, 3))
    assert found.years == {2024, 2025}
    assert found.overrides == tuple(Override(day, "holiday", "public", "İdari izin") for day in APRIL_2025[:2])


@pytest.mark.parametrize(("kind", "half_days"), [(InstitutionKind.PUBLIC, 0), (InstitutionKind.PRIVATE, 6)])
def test_the_leave_of_april_2025_frees_public_bodies_only(
    session: Session, kind: InstitutionKind, half_days: int
) -> None:
    week: Calendar = calendar_for(session, APRIL_2025[0], APRIL_2025[-1])
    assert count(APRIL_2025[0], APRIL_2025[-1], workplace(31, kind), week).half_days == half_days


def test_a_workplace_is_public_by_its_kind() -> None:
    assert workplace(63, InstitutionKind.PUBLIC) == Workplace(63, InstitutionKind.PUBLIC)
    assert workplace(31, "private") == Workplace(31, InstitutionKind.PRIVATE)


# -- what ships -------------------------------------------------------------------------------------------


def shipped() -> list[dict[str, str]]:
    text = (ROOT / "seed/data/holiday_overrides.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def shipped_calendar(*years: int) -> Calendar:
    rows = shipped()
    return calendar(
        [Override(date.fromisoformat(r["day"]), r["effect"], r["concerns"], r["reason"]) for r in rows], years
    )


@pytest.mark.parametrize(
    ("first", "last", "public", "private"),
    [
        (date(2024, 6, 3), date(2024, 6, 28), 30, 34),
        (date(2024, 4, 8), date(2024, 4, 9), 0, 3),
        (date(2024, 4, 1), date(2024, 4, 19), 20, 23),
        (date(2025, 3, 31), date(2025, 4, 4), 0, 6),
        (date(2025, 6, 2), date(2025, 6, 13), 15, 15),
    ],
)
def test_the_shipped_decrees_free_public_bodies_as_they_were_given(
    first: date, last: date, public: int, private: int
) -> None:
    known = shipped_calendar(first.year)
    counts = [
        count(first, last, workplace(31, k), known).half_days for k in (InstitutionKind.PUBLIC, InstitutionKind.PRIVATE)
    ]
    assert counts == [public, private]


def test_every_shipped_exception_names_its_source() -> None:
    assert [row["day"] for row in shipped() if not row["source"] or not row["reason"]] == []


def test_the_saturdays_of_law_2429_ship_for_every_holiday_that_ends_on_a_friday() -> None:
    full = calendar((), range(2024, 2029)).full
    fridays = [d for d in full if d.weekday() == 4 and d + timedelta(days=1) not in full]
    listed = [date.fromisoformat(r["day"]) for r in shipped() if "2429" in r["source"]]
    assert listed == sorted(d + timedelta(days=1) for d in fridays)
    assert {r["concerns"] for r in shipped() if "2429" in r["source"]} == {"public"}


def test_it_is_told_which_years_have_no_decree(session: Session) -> None:
    """The leave of April 2025 stands; a Saturday of the law is no decree of a year."""
    session.add(HolidayOverride(day=date(2026, 5, 2), effect="holiday", concerns="public", reason="2429"))
    session.flush()
    assert undecided(session, date(2026, 11, 30)) == [2024, 2026]
    session.rollback()
