"""Conditions of a step: each takes the row and the moment, and answers None or the sentence to read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.phase import BEFORE_COMPLETION
from workflow.say import Say
from workflow.words import InstitutionState, PublicationKind


@dataclass(frozen=True)
class Moment:
    """When and as whom a step is tried, and what the form's service found wrong beforehand."""

    today: date
    student_id: int | None = None
    problems: tuple[Say, ...] = ()


def is_complete(_row: Any, moment: Moment) -> Say | None:
    """Everything asked for is there, the policy passes, nothing overlaps: the service collected what is not."""
    return moment.problems[0] if moment.problems else None


def no_overlap(_row: Any, moment: Moment) -> Say | None:
    """No other application of the student took these days meanwhile: the service asked beforehand."""
    return moment.problems[0] if moment.problems else None


def in_time(_row: Any, moment: Moment) -> Say | None:
    """The last day the law allows for the insurance declaration has not passed: the service looked at the calendar."""
    return moment.problems[0] if moment.problems else None


def not_own(row: Any, moment: Moment) -> Say | None:
    """Nobody decides on their own file."""
    if row.student_id == moment.student_id:
        return Say("You cannot decide on your own application.")
    return None


def institution_not_blocked(row: Any, _moment: Moment) -> Say | None:
    """A blocked institution takes no interns."""
    if row.institution.state == InstitutionState.BLOCKED:
        return Say(
            "%(name)s is blocked by the career centre: %(reason)s",
            name=row.institution.name,
            reason=row.institution.reason,
        )
    return None


def institution_not_merged(row: Any, _moment: Moment) -> Say | None:
    """Nobody is sent to an institution that is part of another one."""
    if row.institution.state == InstitutionState.MERGED:
        return Say(
            "%(name)s was merged into another institution. Reject the application and point at the institution; the student chooses the right one.",
            name=row.institution.name,
        )
    return None


def may_join(row: Any, _moment: Moment) -> Say | None:
    """Neither is blocked nor merged already, and a verified institution is not lost in an unverified one."""
    stays = row.survivor
    if stays is None or stays.id == row.id:
        return Say("Choose two different institutions, and the one that stays.")
    for one in (row, stays):
        if one.state == InstitutionState.BLOCKED:
            return Say("%(name)s is blocked: a blocked institution is not merged. Lift its block first.", name=one.name)
    if stays.state == InstitutionState.MERGED:
        return Say("%(name)s was itself merged into another institution.", name=stays.name)
    if row.state == InstitutionState.VERIFIED and stays.state != InstitutionState.VERIFIED:
        return Say(
            "%(name)s is verified and %(other)s is not: let the verified one stay, or verify the other one first.",
            name=row.name,
            other=stays.name,
        )
    return None


def institution_vouched_for(row: Any, _moment: Moment) -> Say | None:
    """A department may ask that the career centre has verified the institution first."""
    asks = row.department.settings is not None and row.department.settings.verified_only
    if asks and row.institution.state == InstitutionState.UNVERIFIED:
        return Say(
            "%(name)s is not verified yet, and this department approves for verified institutions only. The career centre verifies it.",
            name=row.institution.name,
        )
    return None


def survivor_stands(row: Any, _moment: Moment) -> Say | None:
    """What was merged last is undone first."""
    if row.survivor.state == InstitutionState.MERGED:
        return Say("%(name)s was itself merged since: undo that merge first.", name=row.survivor.name)
    return None


def not_started(row: Any, moment: Moment) -> Say | None:
    """Postponing and cancelling are for before the first day; afterwards it is a stop."""
    if row.starts_on <= moment.today:
        return Say("The internship started on %(day)s; from then on it is extended or stopped.", day=row.starts_on)
    return None


def has_started(row: Any, moment: Moment) -> Say | None:
    """Before the first day there is nothing to stop."""
    if row.starts_on > moment.today:
        return Say("The internship starts on %(day)s; until then it is postponed or cancelled.", day=row.starts_on)
    return None


def is_running(row: Any, moment: Moment) -> Say | None:
    """Extending and stopping are for an internship that has started and not ended."""
    if row.ends_on < moment.today:
        return Say("The internship ended on %(day)s.", day=row.ends_on)
    return has_started(row, moment)


def has_ended(row: Any, moment: Moment) -> Say | None:
    """An internship is closed after its last day."""
    if row.ends_on >= moment.today:
        return Say("The internship ends on %(day)s; it is completed from the next day on.", day=row.ends_on)
    return None


def internship_over(row: Any, moment: Moment) -> Say | None:
    """The firm has until the last day at least; nobody goes on without it before."""
    return has_ended(row.application, moment)


def last_day_reached(row: Any, moment: Moment) -> Say | None:
    """The firm signs on the last day at the earliest: until then something may still happen."""
    if row.application.ends_on > moment.today:
        return Say(
            "The internship ends on %(day)s; this is confirmed on that day or later.", day=row.application.ends_on
        )
    return None


def not_handed_in(row: Any, _moment: Moment) -> Say | None:
    """What the commission is assessing, or has assessed, stays as it was handed in."""
    if row.application.state in BEFORE_COMPLETION:
        return None
    return Say("The commission has the completion; the firm's papers change only if they return it.")


def nothing_later(_row: Any, moment: Moment) -> Say | None:
    """An assessment is reopened only while nothing was built on it: the service asked beforehand."""
    return moment.problems[0] if moment.problems else None


def has_content(row: Any, _moment: Moment) -> Say | None:
    """A regulation or required file without its file says nothing."""
    if row.kind == PublicationKind.ANNOUNCEMENT and not row.body:
        return Say("Write the text of the announcement before publishing it.")
    if row.kind != PublicationKind.ANNOUNCEMENT and row.storage_key is None:
        return Say("Add the file before publishing it.")
    return None
