"""What a rule of a policy found where it passed, as the sentence beside its tick: the fact, never the rule's name."""

from workflow.days import days_text
from workflow.facts import Facts
from workflow.say import Say
from workflow.values import WEEKDAYS


def no_overlap(_facts: Facts, _value: bool) -> Say:
    return Say("These dates overlap with no other internship of the student.")


def enough_days(facts: Facts, value: int) -> Say:
    """An internship shorter than the minimum passes only as the rest that is still owed: that is said."""
    counted = days_text(facts.half_days)
    if facts.half_days < 2 * value:
        return Say(
            "%(counted)s working days: the %(owed)s that are still owed can be completed, though one internship otherwise takes at least %(days)s.",
            counted=counted, owed=days_text(facts.owed or 0), days=value,
        )  # fmt: skip
    return Say("%(counted)s working days; one internship takes at least %(days)s.", counted=counted, days=value)


def not_too_many_days(facts: Facts, value: int) -> Say:
    counted = days_text(facts.half_days)
    return Say("%(counted)s working days; one internship takes at most %(days)s.", counted=counted, days=value)


def days_left_to_do(facts: Facts, value: int) -> Say:
    return Say(
        "Of %(total)s working days owed in all, %(credited)s are credited or planned without this internship.",
        total=value, credited=days_text(max(facts.credited, 0)),
    )  # fmt: skip


def in_class_year(facts: Facts, value: int) -> Say:
    return Say("Class year %(own)s; this internship is open from class year %(year)s on.", own=facts.class_year, year=value)  # fmt: skip


def applied_in_time(facts: Facts, value: int) -> Say | None:
    if facts.is_change:
        return None
    return Say("Applied %(left)s days before the start; at least %(days)s are asked for.", left=facts.days_left, days=value)  # fmt: skip


def not_too_early(facts: Facts, value: int) -> Say | None:
    if facts.is_change:
        return None
    return Say("Applied %(left)s days before the start; applications open %(days)s days before it.", left=facts.days_left, days=value)  # fmt: skip


def on_weekday(_facts: Facts, value: int) -> Say:
    return Say("The internship starts on the weekday asked for: %(weekday)s.", weekday=Say(WEEKDAYS[value - 1]))


def gap_kept(_facts: Facts, value: int) -> Say:
    return Say("At least %(days)s days lie between this internship and every other one.", days=value)


def not_too_often_there(facts: Facts, value: int) -> Say | None:
    here = facts.institution_id
    if here is None:
        return None
    others = sum(other.institution_id == here for other in facts.others)
    return Say("Other internships at this institution: %(others)s; at most %(count)s may be done there in all.", others=others, count=value)  # fmt: skip


def outside_terms(_facts: Facts, value: bool) -> Say | None:
    return Say("These dates fall into no teaching term.") if value else None


def may_change(facts: Facts, _value: bool) -> Say | None:
    if not facts.is_change:
        return None
    if facts.insured:
        return Say("The insurance entry has been made; the dates may still change.")
    return Say("The insurance entry has not been made yet.")


def noticed_in_time(facts: Facts, value: int) -> Say | None:
    if not facts.insured or facts.notice is None:
        return None
    return Say("%(left)s working days' notice; after the insurance entry a change needs %(days)s.", left=facts.notice, days=value)  # fmt: skip
