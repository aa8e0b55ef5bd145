"""A number says what it counts: what is owed, what is written, what a rule found, whether somebody is still at work."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.completion_parts import AHEAD, NOW, Parts, tasks
from services.ledger import Owed
from services.logbook import LogDay
from services.tracker import track
from workflow.days import DayKind, Workplace
from workflow.facts import Facts, Other
from workflow.phase import status
from workflow.policy import RULES, check
from workflow.say import Say
from workflow.words import ApplicationState, Phase
from workflow.working_days import Calendar, count

MONDAY, TODAY = date(2026, 7, 6), date(2026, 7, 15)
S = ApplicationState


@pytest.mark.parametrize(
    ("total", "credited", "planned", "left", "unplanned"),
    [(80, 0, 0, 80, 80), (80, 0, 80, 80, 0), (80, 38, 0, 42, 42), (80, 38, 40, 42, 2), (80, 90, 0, 0, 0)],
)
def test_what_is_planned_is_still_owed_until_it_is_credited(
    total: int, credited: int, planned: int, left: int, unplanned: int
) -> None:
    of: Any = Owed(SimpleNamespace(), SimpleNamespace(), total, credited, planned)  # type: ignore[arg-type]
    assert (of.left, of.unplanned) == (left, unplanned)


# -- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("week", [31, 63, 127])
def test_a_day_of_the_weekend_that_counts_is_never_called_a_plain_working_day(week: int) -> None:
    days = count(MONDAY, MONDAY + timedelta(days=6), Workplace(week), Calendar({}, {}, frozenset({2026}))).days
    plain = {d.day.weekday() for d in days if str(d.say) == "Working day"}
    assert plain == {0, 1, 2, 3, 4}
    assert {str(d.say) for d in days if d.half_days and d.day.weekday() not in plain} <= {
        "The workplace works on this day of the weekend"
    }
    assert {d.kind for d in days if d.half_days} == {DayKind.COUNTS}


def parts(*written: int, today: date = TODAY, ended: bool = False) -> Parts:
    """Three weeks of a logbook from 6 July, with entries on these days of the month."""
    days = [MONDAY + timedelta(days=n) for n in range(19) if (MONDAY + timedelta(days=n)).weekday() < 5]
    entry: Any = SimpleNamespace()
    log = tuple(LogDay(d, 2, Say("Working day"), entry if d.day in written else None) for d in days)
    not_over = None if ended else Say("The internship ends on %(day)s; it is completed from the next day on.", day=days[-1])  # fmt: skip
    return Parts(not_over, None, None, None, log, today, (), 0, None, None, change_open=False, signed=False)


@pytest.mark.parametrize(
    ("written", "today", "unwritten", "ahead", "turn"),
    [
        ((), TODAY, 8, 7, NOW),
        ((6, 7), TODAY, 6, 7, NOW),
        ((6, 7, 8, 9, 10, 13, 14, 15), TODAY, 0, 7, AHEAD),
        ((6, 7, 8, 9, 10, 13, 14), date(2026, 7, 14), 0, 8, AHEAD),
        ((6, 7), date(2026, 7, 26), 13, 0, NOW),
    ],
)
def test_days_to_come_are_not_days_that_were_not_written(
    written: tuple[int, ...], today: date, unwritten: int, ahead: int, turn: str
) -> None:
    found = parts(*written, today=today)
    row: Any = SimpleNamespace(
        state=S.APPROVED, starts_on=MONDAY, ends_on=date(2026, 7, 24), pages=None, supervisor=None, handed_in_at=None
    )
    logbook = next(task for task in tasks(row, found, today) if task.name == "logbook")
    assert (found.unwritten, found.ahead, found.has_logbook, logbook.standing) == (unwritten, ahead, False, turn)
    if written:
        assert logbook.say.facts["days"] == (unwritten or ahead)


def test_a_logbook_is_whole_once_no_day_is_missing_and_none_to_come() -> None:
    every = tuple(day for day in range(6, 25))
    assert (parts(*every).ahead, parts(*every, today=date(2026, 7, 25)).has_logbook) == (7, True)


# -- how it stands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "today", "word"),
    [
        (S.STOPPED, TODAY, Phase.STOPPING), (S.STOPPED, date(2026, 7, 17), Phase.STOPPING),
        (S.STOPPED, date(2026, 7, 18), S.STOPPED), (S.APPROVED, TODAY, Phase.RUNNING),
        (S.APPROVED, date(2026, 7, 18), Phase.ENDED), (S.APPROVED, date(2026, 7, 5), Phase.UPCOMING),
    ],
)  # fmt: skip
def test_whoever_is_still_at_work_was_not_stopped(state: S, today: date, word: Any) -> None:
    assert status(state, MONDAY, date(2026, 7, 17), today) is word


@pytest.mark.parametrize(
    ("state", "why", "today", "start", "end"),
    [
        (S.APPROVED, None, date(2026, 7, 5), "Internship starts", "Internship ends"),
        (S.APPROVED, None, MONDAY, "Internship started", "Internship ends"),
        (S.APPROVED, None, date(2026, 8, 1), "Internship started", "Internship ended"),
        (S.STOPPED, "Hasta", TODAY, "Internship started", "Ends early"),
        (S.STOPPED, "Hasta", date(2026, 8, 1), "Internship started", "Stopped"),
        (S.SUBMITTED, None, date(2026, 7, 5), "Internship starts", "Internship ends"),
        (S.REJECTED, None, TODAY, "Internship was to start", "Internship ends"),
    ],
)
def test_the_tracker_s_tense_follows_the_day(state: S, why: str | None, today: date, start: str, end: str) -> None:
    row = SimpleNamespace(
        state=state, stop_reason=why, starts_on=MONDAY, ends_on=date(2026, 7, 17), created_at=None, submitted_at=None,
        decided_at=None, due_on=None, handed_in_at=None,
    )  # fmt: skip
    labels = [m.label for m in track(row, [], today)]
    assert labels[3:5] == [start, end]


# -- what a rule found -----------------------------------------------------------------------------------------------

FACTS = Facts(
    TODAY, date(2026, 8, 3), date(2026, 8, 28), half_days=20, class_year=3, institution_id=7, internship_type_id=1,
    others=(Other(date(2025, 7, 7), date(2025, 8, 1), 7, 1),), credited=60,
)  # fmt: skip
VALUES: dict[str, Any] = {
    "overlap": True, "min_days": 20, "max_days": 40, "total_days": 40, "earliest_class_year": 2,
    "apply_days_before": 7, "apply_not_earlier": 90, "start_weekday": 1, "gap_days": 7, "max_per_institution": 2,
    "not_in_term": True, "change_after_entry": True, "change_notice": 3,
}  # fmt: skip


def test_each_rule_that_passes_says_a_fact_and_not_its_own_name() -> None:
    judging = {name for name, rule in RULES.items() if rule.judge}
    assert set(VALUES) == judging
    policy = {name: {"value": value, "article": "m. 1"} for name, value in VALUES.items()}
    change = replace(FACTS, notice=5, insured=True)
    said = {v.rule: v.found for facts in (change, FACTS) for v in check(policy, facts) if v.found}
    assert set(said) == judging
    assert {name for name, fact in said.items() if fact and fact.msgid in {r.label for r in RULES.values()}} == set()


def test_an_exception_is_said_beside_its_tick() -> None:
    policy = {name: {"value": VALUES[name], "article": "m. 1"} for name in ("min_days", "total_days")}
    [short] = [v for v in check(policy, FACTS) if v.rule == "min_days"]
    assert (short.passed, str(short.found).startswith("10 working days: the 10 that are still owed")) == (True, True)
    [usual] = [v for v in check(policy, replace(FACTS, half_days=40, credited=0)) if v.rule == "min_days"]
    assert str(usual.found) == "20 working days; one internship takes at least 20."


@pytest.mark.parametrize("name", ["change_after_entry", "change_notice"])
def test_a_rule_that_asks_nothing_here_shows_no_tick(name: str) -> None:
    [found] = [v for v in check({name: {"value": VALUES[name], "article": ""}}, FACTS) if v.rule == name]
    assert (found.passed, found.found) == (True, None)


def test_a_day_the_law_counts_half_is_told_as_a_half() -> None:
    policy = {"max_days": {"value": 20, "article": ""}}
    [found] = [v for v in check(policy, replace(FACTS, half_days=39)) if v.rule == "max_days"]
    assert str(found.found) == "19½ working days; one internship takes at most 20."
