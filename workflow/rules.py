"""Every rule a policy may hold: one function here, one row of data there (domain §6).

A rule looks at the facts and the policy's value, and answers None or the sentence of refusal.
"""

from workflow import findings
from workflow.days import days_text
from workflow.facts import Facts
from workflow.registry import RULES, Rule, read_by_the_count, rule
from workflow.say import N_, Say
from workflow.values import (
    ALWAYS_YES,
    CALENDAR_DAYS,
    DAYS,
    HALF_DAY,
    WEEK_BY_KIND,
    WEEKDAY,
    WEEKDAYS,
    YES_NO,
    whole,
)

__all__ = ["RULES", "Rule"]


@rule(N_("No overlap with another internship of the student"), ALWAYS_YES, findings.no_overlap)
def overlap(facts: Facts, _value: bool) -> Say | None:
    for other in facts.others:
        if facts.starts_on <= other.ends_on and other.starts_on <= facts.ends_on:
            about = {"start": other.starts_on, "end": other.ends_on, "state": other.state}
            if facts.own:
                return Say(
                    "The dates overlap with your other internship from %(start)s to %(end)s (%(state)s).", **about
                )
            return Say(
                "The dates overlap with another internship of the student, from %(start)s to %(end)s (%(state)s).",
                **about,
            )
    return None


@rule(N_("At least this many days in one internship"), whole(1, 366, DAYS), findings.enough_days)
def min_days(facts: Facts, value: int) -> Say | None:
    least = min(2 * value, facts.owed or 2 * value)  # a rest shorter than the minimum may still be worked off
    if facts.half_days < least:
        return Say(
            "One internship takes at least %(days)s working days; these dates make %(counted)s.",
            days=days_text(least), counted=days_text(facts.half_days),
        )  # fmt: skip
    return None


@rule(N_("At most this many days in one internship"), whole(1, 366, DAYS), findings.not_too_many_days)
def max_days(facts: Facts, value: int) -> Say | None:
    if facts.half_days > 2 * value:
        return Say(
            "One internship takes at most %(days)s working days; these dates make %(counted)s.",
            days=value, counted=days_text(facts.half_days),
        )  # fmt: skip
    return None


@rule(N_("Days owed in all"), whole(1, 732, DAYS), findings.days_left_to_do)
def total_days(facts: Facts, value: int) -> Say | None:
    if facts.credited >= 2 * value:
        return Say("All %(total)s working days of this internship are credited or planned already.", total=value)
    return None


@rule(N_("Earliest class year"), whole(1, 8, N_("class year")), findings.in_class_year)
def earliest_class_year(facts: Facts, value: int) -> Say | None:
    if facts.class_year < value:
        return Say(
            "This internship is open from class year %(year)s on; you are in year %(own)s.",
            year=value, own=facts.class_year,
        )  # fmt: skip
    return None


@rule(N_("Apply at least this many days before the start"), whole(0, 366, CALENDAR_DAYS), findings.applied_in_time)
def apply_days_before(facts: Facts, value: int) -> Say | None:
    if not facts.is_change and facts.days_left < value:
        return Say(
            "Apply at least %(days)s days before the start; there are %(left)s left.",
            days=value, left=max(facts.days_left, 0),
        )  # fmt: skip
    return None


@rule(N_("Apply at most this many days before the start"), whole(1, 732, CALENDAR_DAYS), findings.not_too_early)
def apply_not_earlier(facts: Facts, value: int) -> Say | None:
    if not facts.is_change and facts.days_left > value:
        return Say(
            "Applications open %(days)s days before the start; there are %(left)s left.",
            days=value, left=facts.days_left,
        )  # fmt: skip
    return None


@rule(N_("Weekday of the start"), WEEKDAY, findings.on_weekday)
def start_weekday(facts: Facts, value: int) -> Say | None:
    if facts.starts_on.isoweekday() != value:
        return Say("The internship must start on this weekday: %(weekday)s.", weekday=Say(WEEKDAYS[value - 1]))
    return None


@rule(N_("Days between two internships"), whole(0, 366, CALENDAR_DAYS), findings.gap_kept)
def gap_days(facts: Facts, value: int) -> Say | None:
    for other in facts.others:
        between = max((facts.starts_on - other.ends_on).days, (other.starts_on - facts.ends_on).days) - 1
        if 0 <= between < value:
            return Say(
                "Leave at least %(days)s days between two internships; another one runs from %(start)s to %(end)s.",
                days=value, start=other.starts_on, end=other.ends_on,
            )  # fmt: skip
    return None


@rule(N_("Internships at the same institution"), whole(1, 20, N_("at most")), findings.not_too_often_there)
def max_per_institution(facts: Facts, value: int) -> Say | None:
    here = facts.institution_id
    if here is not None and sum(other.institution_id == here for other in facts.others) >= value:
        return Say("At most %(count)s internships may be done at the same institution.", count=value)
    return None


@rule(N_("Not during a teaching term"), YES_NO, findings.outside_terms)
def not_in_term(facts: Facts, value: bool) -> Say | None:
    for first, last in facts.teaching:
        if value and facts.starts_on <= last and first <= facts.ends_on:
            return Say("The dates fall into the teaching term from %(start)s to %(end)s.", start=first, end=last)
    return None


@rule(N_("Dates may change after the insurance entry"), YES_NO, findings.may_change)
def change_after_entry(facts: Facts, value: bool) -> Say | None:
    if facts.insured and facts.is_change and not value:
        return Say("The insurance entry has been made; the dates can no longer be changed.")
    return None


@rule(N_("Notice for a change after the insurance entry"), whole(0, 60, DAYS), findings.noticed_in_time)
def change_notice(facts: Facts, value: int) -> Say | None:
    if facts.insured and facts.notice is not None and facts.notice < value:
        return Say(
            "After the insurance entry a change needs %(days)s working days' notice; there are %(left)s left.",
            days=value, left=facts.notice,
        )  # fmt: skip
    return None


read_by_the_count("half_day_worth", N_("What a half holiday counts"), HALF_DAY)
read_by_the_count("saturday_counts", N_("Saturdays count where the workplace works"), YES_NO)
read_by_the_count("week_by_kind", N_("Days of the week that count, by kind of workplace"), WEEK_BY_KIND)
