"""A policy is data: every rule is judged, and each refusal names its rule and its article."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from workflow.policy import RULES, Facts, Other, Verdict, check, counted_week, faults, half_day_worth
from workflow.say import Say
from workflow.words import ApplicationState, InstitutionKind
from workflow.working_days import HALF

TODAY = date(2026, 6, 1)
MONDAY, FRIDAY = date(2026, 7, 6), date(2026, 7, 31)
FACTS = Facts(TODAY, MONDAY, FRIDAY, half_days=38, class_year=3, institution_id=7, internship_type_id=1)
LAST_SUMMER = Other(date(2025, 7, 7), date(2025, 8, 1), institution_id=9, internship_type_id=1)


def verdict(name: str, value: Any, **facts: Any) -> Verdict:
    [found] = [v for v in check({name: rule(value)}, replace(FACTS, **facts)) if v.rule == name]
    return found


def rule(value: Any, article: str = "m. 8/1") -> dict[str, Any]:
    return {"value": value, "article": article}


def another(starts_on: date, ends_on: date, **about: Any) -> tuple[Other, ...]:
    return (LAST_SUMMER, replace(LAST_SUMMER, starts_on=starts_on, ends_on=ends_on, **about))


MET: list[tuple[str, Any, dict[str, Any], dict[str, Any], Say]] = [
    # rule, value, facts just inside, facts just outside, sentence
    (
        "min_days", 20, {"half_days": 40}, {"half_days": 39},
        Say("One internship takes at least %(days)s working days; these dates make %(counted)s.", days="20", counted="19½"),
    ),
    (
        "max_days", 40, {"half_days": 80}, {"half_days": 81},
        Say("One internship takes at most %(days)s working days; these dates make %(counted)s.", days=40, counted="40½"),
    ),
    (
        "total_days", 60, {"credited": 119}, {"credited": 120},
        Say("All %(total)s working days of this internship are credited or planned already.", total=60),
    ),
    (
        "earliest_class_year", 2, {"class_year": 2}, {"class_year": 1},
        Say("This internship is open from class year %(year)s on; you are in year %(own)s.", year=2, own=1),
    ),
    (
        "apply_days_before", 30, {"today": date(2026, 6, 6)}, {"today": date(2026, 6, 7)},
        Say("Apply at least %(days)s days before the start; there are %(left)s left.", days=30, left=29),
    ),
    (
        "apply_not_earlier", 30, {"today": date(2026, 6, 6)}, {"today": date(2026, 6, 5)},
        Say("Applications open %(days)s days before the start; there are %(left)s left.", days=30, left=31),
    ),
    (
        "start_weekday", 1, {}, {"starts_on": date(2026, 7, 7)},
        Say("The internship must start on this weekday: %(weekday)s.", weekday=Say("Monday")),
    ),
    (
        "gap_days", 7,
        {"others": another(date(2026, 6, 1), date(2026, 6, 28))}, {"others": another(date(2026, 6, 1), date(2026, 6, 29))},
        Say(
            "Leave at least %(days)s days between two internships; another one runs from %(start)s to %(end)s.",
            days=7, start=date(2026, 6, 1), end=date(2026, 6, 29),
        ),
    ),
    (
        "gap_days", 3,
        {"others": another(date(2026, 8, 4), date(2026, 8, 28))}, {"others": another(date(2026, 8, 3), date(2026, 8, 28))},
        Say(
            "Leave at least %(days)s days between two internships; another one runs from %(start)s to %(end)s.",
            days=3, start=date(2026, 8, 3), end=date(2026, 8, 28),
        ),
    ),
    (
        "max_per_institution", 1, {"others": (LAST_SUMMER,)}, {"others": (replace(LAST_SUMMER, institution_id=7),)},
        Say("At most %(count)s internships may be done at the same institution.", count=1),
    ),
    (
        "not_in_term", True,
        {"teaching": ((date(2026, 2, 16), date(2026, 7, 5)), (date(2026, 8, 1), date(2026, 12, 31)))},
        {"teaching": ((date(2026, 2, 16), date(2026, 7, 6)), (date(2026, 8, 1), date(2026, 12, 31)))},
        Say("The dates fall into the teaching term from %(start)s to %(end)s.", start=date(2026, 2, 16), end=date(2026, 7, 6)),
    ),
    (
        "not_in_term", True, {}, {"teaching": ((FRIDAY, date(2026, 12, 31)),)},
        Say("The dates fall into the teaching term from %(start)s to %(end)s.", start=FRIDAY, end=date(2026, 12, 31)),
    ),
    (
        "overlap", True,
        {"others": another(date(2026, 6, 1), date(2026, 7, 5))}, {"others": another(date(2026, 6, 1), MONDAY)},
        Say(
            "The dates overlap with another internship of the student, from %(start)s to %(end)s (%(state)s).",
            start=date(2026, 6, 1), end=MONDAY, state=ApplicationState.APPROVED,
        ),
    ),
    (
        "overlap", True,
        {"others": another(date(2026, 8, 1), date(2026, 8, 9))},
        {"others": another(FRIDAY, date(2026, 8, 9), state=ApplicationState.SUBMITTED)},
        Say(
            "The dates overlap with another internship of the student, from %(start)s to %(end)s (%(state)s).",
            start=FRIDAY, end=date(2026, 8, 9), state=ApplicationState.SUBMITTED,
        ),
    ),
    (
        "change_after_entry", False, {"insured": False, "notice": 9}, {"insured": True, "notice": 9},
        Say("The insurance entry has been made; the dates can no longer be changed."),
    ),
    (
        "change_notice", 3, {"insured": True, "notice": 3}, {"insured": True, "notice": 2},
        Say("After the insurance entry a change needs %(days)s working days' notice; there are %(left)s left.", days=3, left=2),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "inside", "outside", "sentence"), MET)
def test_a_rule_holds_at_its_boundary_and_refuses_one_step_further(
    name: str, value: Any, inside: dict[str, Any], outside: dict[str, Any], sentence: Say
) -> None:
    assert verdict(name, value, **inside) == Verdict(name, RULES[name].label, True, None, "m. 8/1")
    assert verdict(name, value, **outside) == Verdict(name, RULES[name].label, False, sentence, "m. 8/1")


def test_every_rule_that_refuses_is_tried_at_its_boundary() -> None:
    assert {name for name, *_ in MET} == {rule.name for rule in RULES.values() if rule.judge}


# -- beside the boundary ----------------------------------------------------------------------------------


def test_a_rest_shorter_than_the_minimum_may_be_worked_off() -> None:
    rules = {"min_days": rule(20), "total_days": rule(60)}
    outcomes = [[v.passed for v in check(rules, replace(FACTS, credited=110, half_days=n))] for n in (9, 10)]
    assert outcomes == [[True, False, True], [True, True, True]]


def test_with_nothing_left_to_do_the_minimum_is_the_usual_one() -> None:
    rules = {"min_days": rule(20), "total_days": rule(60)}
    assert [v.passed for v in check(rules, replace(FACTS, credited=130, half_days=39))] == [True, False, False]


def test_a_change_of_dates_is_not_asked_when_it_was_applied_for() -> None:
    late = {"today": date(2026, 7, 10), "notice": 5}
    assert verdict("apply_days_before", 30, **late).passed
    assert verdict("apply_not_earlier", 1, today=date(2026, 1, 1), notice=5).passed


def test_a_start_in_the_past_leaves_no_days() -> None:
    said = verdict("apply_days_before", 3, today=date(2026, 7, 10)).sentence
    assert said is not None
    assert said.facts == {"days": 3, "left": 0}


def test_a_new_application_is_not_asked_about_changes() -> None:
    assert verdict("change_after_entry", False, insured=True).passed
    assert verdict("change_notice", 3, insured=True).passed
    assert verdict("change_notice", 3, notice=0).passed


def test_changes_may_be_allowed_after_the_entry_and_internships_in_term() -> None:
    assert verdict("change_after_entry", True, insured=True, notice=1).passed
    assert verdict("not_in_term", False, teaching=((MONDAY, FRIDAY),)).passed


def test_an_institution_not_chosen_yet_was_never_met_before() -> None:
    unknown = (replace(LAST_SUMMER, institution_id=None),)
    assert verdict("max_per_institution", 1, institution_id=None, others=unknown).passed


def test_an_overlap_is_no_gap() -> None:
    assert verdict("gap_days", 3, others=another(MONDAY, FRIDAY)).passed


# -- the whole policy -------------------------------------------------------------------------------------


def test_every_rule_is_listed_and_those_read_by_the_count_are_not() -> None:
    rules = {"min_days": rule(20), "max_days": rule(40), "half_day_worth": rule(0.5)}
    assert [(v.rule, v.passed) for v in check(rules, FACTS)] == [
        ("overlap", True),
        ("min_days", False),
        ("max_days", True),
    ]


def test_overlap_is_asked_though_the_policy_is_silent_or_says_no() -> None:
    others = another(MONDAY, FRIDAY)
    [silent] = check({}, replace(FACTS, others=others))
    [said_no] = check({"overlap": rule(False, "m. 10/3")}, replace(FACTS, others=others))
    assert (silent.passed, silent.article, silent.refusal) == (False, "", silent.sentence)
    assert (said_no.passed, said_no.article) == (False, "m. 10/3")


def test_a_refusal_reads_with_its_article() -> None:
    refused, passed = verdict("min_days", 20), verdict("min_days", 19)
    assert refused.refusal == Say("%(sentence)s (%(article)s)", sentence=refused.sentence, article="m. 8/1")
    assert passed.refusal == Say("")


def test_a_rule_nobody_wrote_is_not_passed_over_in_silence() -> None:
    with pytest.raises(KeyError):
        check({"min_dyas": rule(20)}, FACTS)


# -- what the count reads ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "half_days"), [(0, 0), (0.5, 1), (1, 2)])
def test_a_half_holiday_is_worth_what_the_policy_says(value: float, half_days: int) -> None:
    assert half_day_worth({"half_day_worth": rule(value)}) == half_days


def test_a_half_holiday_is_half_a_day_where_the_policy_is_silent() -> None:
    assert half_day_worth({}) == HALF


@pytest.mark.parametrize(
    ("rules", "kind", "week", "counted"),
    [
        ({}, "private", 63, 63),
        ({"saturday_counts": rule(True)}, "private", 63, 63),
        ({"saturday_counts": rule(False)}, "private", 127, 31),
        ({"week_by_kind": rule({"public": 5, "private": 6, "vessel": 7})}, "public", 63, 31),
        ({"week_by_kind": rule({"public": 5, "private": 6, "vessel": 7})}, "private", 127, 63),
        ({"week_by_kind": rule({"public": 5, "private": 6, "vessel": 7})}, "private", 31, 31),
        ({"week_by_kind": rule({"public": 5, "private": 6, "vessel": 7})}, "vessel", 127, 127),
        ({"week_by_kind": rule({"vessel": 7})}, InstitutionKind.PRIVATE, 63, 31),
    ],
)
def test_a_week_counts_as_far_as_the_policy_reaches(rules: Any, kind: str, week: int, counted: int) -> None:
    assert counted_week(rules, week, kind) == counted


# -- what may stand in a policy ---------------------------------------------------------------------------

GOOD: dict[str, list[Any]] = {
    "overlap": [True],
    "min_days": [1, 20, 366],
    "max_days": [1, 366],
    "total_days": [1, 60, 732],
    "earliest_class_year": [1, 8],
    "apply_days_before": [0, 366],
    "apply_not_earlier": [1, 732],
    "start_weekday": [1, 7],
    "gap_days": [0, 366],
    "max_per_institution": [1, 20],
    "not_in_term": [True, False],
    "change_after_entry": [True, False],
    "change_notice": [0, 60],
    "half_day_worth": [0, 0.5, 1, 1.0],
    "saturday_counts": [True, False],
    "week_by_kind": [{"public": 5, "private": 6, "vessel": 7}, {"vessel": 1}],
}
BAD: dict[str, list[Any]] = {
    "overlap": [False, 1],
    "min_days": [0, 367, 20.5, "20", True, None, [20]],
    "max_days": [0, 367],
    "total_days": [0, 733],
    "earliest_class_year": [0, 9],
    "apply_days_before": [-1, 367],
    "apply_not_earlier": [0, 733],
    "start_weekday": [0, 8, "Monday", True],
    "gap_days": [-1, 367],
    "max_per_institution": [0, 21],
    "not_in_term": [1, "yes", None],
    "change_after_entry": [0],
    "change_notice": [-1, 61],
    "half_day_worth": [0.25, 2, True, [0.5], "0.5", float("nan")],
    "saturday_counts": ["evet"],
    "week_by_kind": [{}, {"privat": 6}, {"private": 8}, {"private": 0}, {"private": True}, 6],
}


def test_every_rule_is_among_the_values_tried() -> None:
    assert set(GOOD) == set(BAD) == set(RULES)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_a_value_in_its_range_is_no_fault(name: str, value: Any) -> None:
    assert faults({name: rule(value)}) == []


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_value_of_another_kind_or_range_is_named_with_what_the_rule_takes(name: str, value: Any) -> None:
    expected = Say(
        "Rule “%(name)s” cannot have the value %(value)s. It takes: %(description)s.",
        name=name, value=str(value), description=RULES[name].value.say,
    )  # fmt: skip
    assert faults({name: rule(value)}) == [expected]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["min_days"], Say("Rules are written as name: {value, article}.")),
        ({"min_dyas": rule(20)}, Say("There is no rule named “%(name)s”.", name="min_dyas")),
        ({7: rule(20)}, Say("There is no rule named “%(name)s”.", name="7")),
        ({"min_days": 20}, Say("Rule “%(name)s” has no value.", name="min_days")),
        ({"min_days": {"article": "m. 7"}}, Say("Rule “%(name)s” has no value.", name="min_days")),
        ({"min_days": {"value": 20}}, Say("Rule “%(name)s” names no article.", name="min_days")),
        ({"min_days": rule(20, "  ")}, Say("Rule “%(name)s” names no article.", name="min_days")),
        ({"min_days": {"value": 20, "article": None}}, Say("Rule “%(name)s” names no article.", name="min_days")),
        (
            {"min_days": rule(40), "max_days": rule(20)},
            Say("Rule “%(less)s” asks for more than rule “%(more)s” allows.", less="min_days", more="max_days"),
        ),
        (
            {"apply_days_before": rule(30), "apply_not_earlier": rule(15)},
            Say("Rule “%(less)s” asks for more than rule “%(more)s” allows.", less="apply_days_before", more="apply_not_earlier"),
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_policy_is_one_sentence(rules: Any, expected: Say) -> None:
    assert faults(rules) == [expected]


def test_limits_that_meet_are_no_contradiction() -> None:
    assert faults({"min_days": rule(20), "max_days": rule(20)}) == []


def test_a_policy_with_several_faults_names_each() -> None:
    found = faults({"min_days": {"value": 0}, "max_days": rule(-1), "x": 1})
    assert [said.facts["name"] for said in found] == ["min_days", "min_days", "max_days", "x"]


def test_every_rule_describes_itself_for_documents_and_screens() -> None:
    assert all(str(rule.label) and str(rule.value.say) for rule in RULES.values())
    shown = {
        name: (RULES[name].kind, RULES[name].unit, str(RULES[name].value.say)) for name in ("gap_days", "not_in_term")
    }
    assert shown == {
        "gap_days": (int, "calendar days", "Whole number, 0 to 366 (calendar days)"),
        "not_in_term": (bool, "", "Yes or no"),
    }
