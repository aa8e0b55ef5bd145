"""Working days are counted day by day, and every day says why (domain §6)."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.calendar import calendar
from workflow.say import Say
from workflow.words import InstitutionKind
from workflow.working_days import (
    LONGEST,
    NO_ABSENCES,
    BadDates,
    Calendar,
    Count,
    DayKind,
    NoHolidayData,
    Override,
    Workplace,
    count,
    days_text,
    end_for,
    week_of,
    weekdays_of,
)

TURKEY = calendar((), range(2025, 2028))
LEAVE_OF_2025 = tuple(Override(date(2025, 4, n), "holiday", "public", "İdari izin") for n in (2, 3, 4))
FIRM, SIX_DAYS, PUBLIC_BODY, VESSEL = Workplace(), Workplace(63), Workplace(kind=InstitutionKind.PUBLIC), Workplace(127)


def with_decrees(*decrees: Override) -> Calendar:
    return Calendar(TURKEY.full, TURKEY.half, TURKEY.years, decrees)


def worth(start: date, end: date, workplace: Workplace = FIRM, calendar: Calendar = TURKEY, **rules: int) -> list[int]:
    return [d.half_days for d in count(start, end, workplace, calendar, **rules).days]


def why(day: date, workplace: Workplace = FIRM, calendar: Calendar = TURKEY, **rules: int) -> tuple[int, DayKind, str]:
    [only] = count(day, day, workplace, calendar, **rules).days
    return only.half_days, only.kind, read(only.say)


def read(say: Say) -> str:
    return say.msgid % {k: read(v) if isinstance(v, Say) else v for k, v in say.facts.items()}


# -- the Turkish year -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 20), date(2027, 3, 9), date(2027, 3, 10), date(2027, 3, 11),
        date(2025, 6, 6), date(2025, 6, 9), date(2026, 5, 27), date(2026, 5, 28), date(2026, 5, 29), date(2027, 5, 17),
        date(2027, 5, 18), date(2026, 4, 23), date(2026, 5, 1), date(2026, 5, 19), date(2027, 5, 19), date(2025, 7, 15),
        date(2026, 7, 15), date(2027, 8, 30), date(2025, 10, 29), date(2026, 10, 29), date(2026, 1, 1),
    ],
)  # fmt: skip
def test_public_holidays_on_weekdays_do_not_count(day: date) -> None:
    assert why(day) == (0, DayKind.HOLIDAY, f"Public holiday: {TURKEY.full[day]}")


@pytest.mark.parametrize("day", [date(2026, 3, 19), date(2025, 6, 5), date(2026, 5, 26), date(2026, 10, 28)])
@pytest.mark.parametrize(
    ("policy", "said"), [(0, "does not count"), (1, "counts as half a day"), (2, "counts as a whole day")]
)
def test_feast_eves_and_28_october_count_what_the_policy_says(day: date, policy: int, said: str) -> None:
    sentence = f"Half holiday: {TURKEY.half[day]}; {said}"
    assert why(day, half_day_worth=policy) == (policy, DayKind.HALF_HOLIDAY, sentence)


def test_the_week_of_kurban_bayrami_2026_is_a_day_and_a_half() -> None:
    assert worth(date(2026, 5, 25), date(2026, 5, 31)) == [2, 1, 0, 0, 0, 0, 0]


def test_a_saturday_of_the_feast_does_not_count_where_saturdays_do() -> None:
    assert worth(date(2026, 5, 25), date(2026, 5, 31), SIX_DAYS) == [2, 1, 0, 0, 0, 0, 0]
    assert worth(date(2026, 6, 1), date(2026, 6, 7), SIX_DAYS) == [2, 2, 2, 2, 2, 2, 0]


def test_zafer_bayrami_on_a_weekend_costs_a_firm_nothing_and_a_vessel_a_day() -> None:
    assert why(date(2026, 8, 30)) == (0, DayKind.WEEKEND, "Weekend")
    assert why(date(2026, 8, 30), VESSEL) == (0, DayKind.HOLIDAY, f"Public holiday: {TURKEY.full[date(2026, 8, 30)]}")


def test_twenty_days_of_summer_2026_pass_over_15_july() -> None:
    counted = count(date(2026, 7, 6), date(2026, 7, 31), FIRM, TURKEY)
    assert (counted.half_days, counted.whole, counted.half) == (38, 19, False)
    assert end_for(date(2026, 7, 6), 40, FIRM, TURKEY) == date(2026, 8, 3)


def test_an_autumn_with_28_october_makes_a_half() -> None:
    counted = count(date(2026, 10, 26), date(2026, 10, 30), FIRM, TURKEY)
    assert (counted.half_days, counted.whole, counted.half) == (7, 3, True)


# -- the workplace ----------------------------------------------------------------------------------------


def test_a_plain_wednesday_counts() -> None:
    assert why(date(2026, 7, 8)) == (2, DayKind.COUNTS, "Working day")


def test_a_hotel_that_rests_on_mondays_works_on_sundays() -> None:
    hotel = Workplace(week_of([2, 3, 4, 5, 6, 7]))
    assert worth(date(2026, 7, 6), date(2026, 7, 12), hotel) == [0, 2, 2, 2, 2, 2, 2]
    assert why(date(2026, 7, 6), hotel) == (0, DayKind.NOT_WORKED, "This workplace does not work on this weekday.")


def test_a_week_is_written_as_weekdays_and_read_back() -> None:
    assert (week_of([1, 2, 3, 4, 5]), week_of([6, 7, 7]), week_of([])) == (31, 96, 0)
    assert (weekdays_of(31), weekdays_of(96), weekdays_of(0)) == ((1, 2, 3, 4, 5), (6, 7), ())


# -- decrees ----------------------------------------------------------------------------------------------


def test_the_leave_of_april_2025_frees_public_bodies_and_no_firm() -> None:
    week = date(2025, 3, 31), date(2025, 4, 6)
    assert worth(*week, PUBLIC_BODY, with_decrees(*LEAVE_OF_2025)) == [0, 0, 0, 0, 0, 0, 0]
    assert worth(*week, FIRM, with_decrees(*LEAVE_OF_2025)) == [0, 0, 2, 2, 2, 0, 0]
    said = why(date(2025, 4, 2), PUBLIC_BODY, with_decrees(*LEAVE_OF_2025))
    assert said == (0, DayKind.DECREE, "Day off: İdari izin")


def test_a_decree_for_firms_leaves_public_bodies_alone() -> None:
    decrees = with_decrees(Override(date(2026, 7, 8), "holiday", "private", "Yas"))
    assert worth(date(2026, 7, 8), date(2026, 7, 8), FIRM, decrees) == [0]
    assert worth(date(2026, 7, 8), date(2026, 7, 8), PUBLIC_BODY, decrees) == [2]


def test_a_decree_may_free_half_a_day() -> None:
    decrees = with_decrees(Override(date(2026, 7, 8), "half", "all", "Seçim"))
    assert why(date(2026, 7, 8), FIRM, decrees) == (1, DayKind.DECREE, "Half a day off: Seçim; counts as half a day")
    assert why(date(2026, 7, 8), FIRM, decrees, half_day_worth=0)[0] == 0


@pytest.mark.parametrize("day", [date(2026, 7, 15), date(2026, 7, 11)])
def test_a_decree_may_take_a_holiday_back_or_make_a_saturday_a_working_day(day: date) -> None:
    decrees = with_decrees(Override(day, "working", "all", "Telafi"))
    said = (2, DayKind.DECREE, "Working day by special arrangement: Telafi")
    assert why(day, FIRM, decrees) == said


@pytest.mark.parametrize("effect", ["holiday", "half"])
def test_leave_on_a_saturday_changes_nothing_where_nobody_works(effect: str) -> None:
    decrees = with_decrees(Override(date(2026, 7, 11), effect, "all", "İdari izin"))
    assert why(date(2026, 7, 11), FIRM, decrees) == (0, DayKind.WEEKEND, "Weekend")


@pytest.mark.parametrize("turned", [False, True])
def test_the_decree_for_this_kind_of_workplace_is_closer_than_the_one_for_all(turned: bool) -> None:
    both = [
        Override(date(2026, 7, 8), "holiday", "all", "Herkese"),
        Override(date(2026, 7, 8), "working", "private", ""),
    ]
    decrees = with_decrees(*(reversed(both) if turned else both))
    assert worth(date(2026, 7, 8), date(2026, 7, 8), FIRM, decrees) == [2]
    assert worth(date(2026, 7, 8), date(2026, 7, 8), PUBLIC_BODY, decrees) == [0]


# -- absences ---------------------------------------------------------------------------------------------


def test_an_absence_takes_a_working_day_and_a_half_day_but_no_holiday() -> None:
    days = count(
        date(2026, 10, 27), date(2026, 10, 29), FIRM, TURKEY, absences={date(2026, 10, n): 2 for n in (27, 28, 29)}
    )
    assert [(d.half_days, d.kind) for d in days.days] == [
        (0, DayKind.ABSENCE),
        (0, DayKind.ABSENCE),
        (0, DayKind.HOLIDAY),
    ]
    halves = {date(2026, 10, 27): 1, date(2026, 10, 28): 1}  # the 28th is a half holiday: nothing is left of it
    days = count(date(2026, 10, 27), date(2026, 10, 28), FIRM, TURKEY, absences=halves)
    assert [d.half_days for d in days.days] == [1, 0]


# -- what cannot be counted -------------------------------------------------------------------------------


def test_a_year_without_holiday_data_is_an_error_that_names_the_year() -> None:
    with pytest.raises(NoHolidayData) as missing:
        count(date(2027, 12, 27), date(2028, 1, 5), FIRM, TURKEY)
    assert (missing.value.year, missing.value.say.facts) == (2028, {"year": 2028})
    with pytest.raises(NoHolidayData):
        end_for(date(2027, 12, 27), 40, FIRM, TURKEY)
    with pytest.raises(NoHolidayData):
        end_for(date(9999, 12, 31), 40, FIRM, TURKEY)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(BadDates, match="before the start"):
        count(date(2026, 7, 2), date(2026, 7, 1), FIRM, TURKEY)


def test_two_years_are_counted_and_a_day_more_is_refused() -> None:
    start = date(2025, 1, 1)
    assert len(count(start, start + timedelta(days=LONGEST - 1), FIRM, TURKEY).days) == LONGEST
    with pytest.raises(BadDates, match="more than two years"):
        count(start, start + timedelta(days=LONGEST), FIRM, TURKEY)


def test_no_end_is_offered_for_nothing_nor_beyond_two_years() -> None:
    with pytest.raises(BadDates, match="more than zero"):
        end_for(date(2026, 7, 1), 0, FIRM, TURKEY)
    with pytest.raises(BadDates, match="do not fit"):
        end_for(date(2025, 1, 1), 2, Workplace(week=0), TURKEY)


@pytest.mark.parametrize(("half_days", "text"), [(0, "0"), (1, "½"), (2, "1"), (41, "20½")])
def test_half_days_are_written_as_people_write_them(half_days: int, text: str) -> None:
    assert days_text(half_days) == text


# -- whatever the dates -----------------------------------------------------------------------------------

days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
lengths = st.integers(0, 120)
decrees = st.builds(
    Override,
    days,
    st.sampled_from(["holiday", "half", "working"]),
    st.sampled_from(["all", "public", "private"]),
    st.just("x"),
)
calendars = st.builds(lambda some: with_decrees(*some), st.lists(decrees, max_size=6))
workplaces = st.builds(Workplace, st.integers(1, 127), st.booleans())
worths = st.integers(0, 2)
some_days = st.dictionaries(days, st.integers(1, 2), max_size=12)


def tally(
    start: date, length: int, at: tuple[Workplace, Calendar, int], absences: Mapping[date, int] = NO_ABSENCES
) -> Count:
    workplace, calendar, worth = at
    end = start + timedelta(days=length)
    return count(start, end, workplace, calendar, half_day_worth=worth, absences=absences)


circumstances = st.tuples(workplaces, calendars, worths)


@given(days, lengths, circumstances, some_days)
def test_the_sum_is_that_of_the_days_and_every_day_has_its_reason(start, length, at, absences) -> None:
    counted = tally(start, length, at, absences)
    assert [d.day for d in counted.days] == [start + timedelta(days=n) for n in range(length + 1)]
    assert counted.half_days == sum(d.half_days for d in counted.days) == 2 * counted.whole + counted.half
    assert all(d.kind in DayKind and read(d.say) and d.half_days in {0, 1, 2} for d in counted.days)


@given(days, lengths, circumstances)
def test_a_later_end_never_counts_less(start, length, at) -> None:
    assert tally(start, length, at).half_days <= tally(start, length + 1, at).half_days


@given(days, lengths, lengths, circumstances, some_days)
def test_a_range_cut_in_two_adds_up(start, first, second, at, absences) -> None:
    cut = start + timedelta(days=first + 1)
    parts = tally(start, first, at, absences).days + tally(cut, second, at, absences).days
    assert parts == tally(start, first + 1 + second, at, absences).days


@given(days, lengths, circumstances, some_days, days)
def test_one_more_absence_never_counts_more(start, length, at, absences, another) -> None:
    assert tally(start, length, at, absences | {another: 2}).half_days <= tally(start, length, at, absences).half_days


@given(days, st.integers(1, 80), circumstances, some_days)
def test_the_end_offered_is_the_first_that_makes_the_days_wanted(start, wanted, at, absences) -> None:
    workplace, calendar, worth = at
    try:
        end = end_for(start, wanted, workplace, calendar, half_day_worth=worth, absences=absences)
    except NoHolidayData:
        return  # beyond 2027
    reached = tally(start, (end - start).days, at, absences)
    assert reached.half_days in {wanted, wanted + 1}
    assert reached.half_days - reached.days[-1].half_days < wanted


@given(days, lengths, circumstances)
def test_counting_back_from_the_end_offered_comes_home(start, length, at) -> None:
    counted = tally(start, length, at)
    if counted.half_days:
        workplace, calendar, worth = at
        last_counted = max(d.day for d in counted.days if d.half_days)
        assert end_for(start, counted.half_days, workplace, calendar, half_day_worth=worth) == last_counted


# -- decrees add up ---------------------------------------------------------------------------------------

FULL, HALF_DAY_OFF = date(2026, 7, 15), date(2026, 10, 28)
AN_EVE = date(2026, 5, 26)


@pytest.mark.parametrize("policy", [0, 1, 2])
@pytest.mark.parametrize("day", [AN_EVE, date(2026, 3, 19), HALF_DAY_OFF])
@pytest.mark.parametrize("concerns", ["all", "public"])
def test_a_morning_off_by_decree_and_an_afternoon_off_by_law_make_a_day_off(
    day: date, concerns: str, policy: int
) -> None:
    decrees = with_decrees(Override(day, "half", concerns, "İdari izin"))
    assert why(day, PUBLIC_BODY, decrees, half_day_worth=policy)[:2] == (0, DayKind.DECREE)
    assert why(day, FIRM, decrees, half_day_worth=policy)[0] == (0 if concerns == "all" else policy)


@pytest.mark.parametrize("policy", [0, 1, 2])
@pytest.mark.parametrize("day", [FULL, date(2026, 1, 1), date(2026, 5, 27)])
def test_half_a_day_by_decree_never_makes_work_of_a_holiday(day: date, policy: int) -> None:
    decrees = with_decrees(Override(day, "half", "all", "İdari izin"))
    assert why(day, FIRM, decrees, half_day_worth=policy)[:2] == (0, DayKind.HOLIDAY)


@pytest.mark.parametrize(
    ("all_of", "own", "half_days"),
    [
        ("holiday", "half", 0), ("half", "holiday", 0), ("half", "half", 0), ("holiday", "holiday", 0), ("working", "half", 1),
        ("half", "working", 2), ("holiday", "working", 2), ("working", "holiday", 0), ("working", "working", 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_decreed_for_all_and_for_one_kind_adds_up(all_of: str, own: str, half_days: int, turned: bool) -> None:
    day = date(2026, 7, 8)
    both = [Override(day, all_of, "all", "Herkese"), Override(day, own, "private", "Özel")]
    assert worth(day, day, FIRM, with_decrees(*(reversed(both) if turned else both))) == [half_days]


def test_a_decree_for_firms_reaches_a_vessel_and_one_for_vessels_reaches_no_firm() -> None:
    vessel = Workplace(127, InstitutionKind.VESSEL)
    day = date(2026, 7, 8)
    for concerns, counts in (("all", 0), ("private", 0), ("vessel", 0), ("public", 2)):
        assert worth(day, day, vessel, with_decrees(Override(day, "holiday", concerns, "Yas"))) == [counts]
    assert worth(day, day, FIRM, with_decrees(Override(day, "holiday", "vessel", "Av yasağı"))) == [2]
