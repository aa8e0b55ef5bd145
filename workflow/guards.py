"""Conditions of a step: each takes the row and the moment, and answers None or the sentence to read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

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


def has_content(row: Any, _moment: Moment) -> Say | None:
    """A regulation or required file without its file says nothing."""
    if row.kind == PublicationKind.ANNOUNCEMENT and not row.body:
        return Say("Write the text of the announcement before publishing it.")
    if row.kind != PublicationKind.ANNOUNCEMENT and row.storage_key is None:
        return Say("Add the file before publishing it.")
    return None
