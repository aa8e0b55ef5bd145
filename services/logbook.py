"""The logbook typed here: one entry for each working day, kept until it is handed in, open again where it came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Application, LogEntry, utcnow
from services.transition import Outrun, Refused
from workflow.phase import BEFORE_COMPLETION
from workflow.say import Say
from workflow.words import ApplicationState, Part
from workflow.working_days import Count

NOTHING_WRITTEN = Say("Write what you did on this day.")


@dataclass(frozen=True)
class LogDay:
    """A day of the logbook: `half_days` is what it counts; an entry of a day that no longer counts is kept."""

    day: date
    half_days: int
    why: Say
    entry: LogEntry | None = None

    @property
    def missing(self) -> bool:
        return self.half_days > 0 and self.entry is None


def closed(application: Application, today: date) -> Say | None:
    """Why nothing can be added to the logbook now, or None."""
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    if application.state not in BEFORE_COMPLETION:
        return Say("The completion has been handed in; the logbook stays as it was handed in.")
    if application.state is ApplicationState.RETURNED and Part.LOGBOOK.value not in (application.pages or ()):
        return Say("The commission returned other parts; the logbook stays as it was handed in.")
    if application.starts_on > today:
        return Say("The logbook opens on the first day, %(day)s.", day=application.starts_on)
    return None


def entries(session: Session, application: Application) -> Sequence[LogEntry]:
    """The entries as far as the reader reaches them, in the order of their days."""
    of = select(LogEntry).where(LogEntry.application_id == application.id)
    return session.scalars(of.order_by(LogEntry.day)).all()


def days(written: Sequence[LogEntry], count: Count) -> list[LogDay]:
    """Every counted day with its entry, and every entry of a day that does not count."""
    of = {entry.day: entry for entry in written}
    within = [LogDay(d.day, d.half_days, d.say, of.get(d.day)) for d in count.days if d.half_days or d.day in of]
    known = {day.day for day in within}
    outside = Say("Outside the dates of the internship")
    return sorted(
        [*within, *(LogDay(day, 0, outside, entry) for day, entry in of.items() if day not in known)],
        key=lambda d: d.day,
    )


def write(session: Session, application: Application, on: LogDay, text: str, *, seen: int, today: date) -> LogEntry:
    """Keep what was done on a day; `seen` is the entry's version as it was drawn, 0 for none.

    Raises Refused, or Outrun where another tab was faster. The caller commits.
    """
    if said := closed(application, today):
        raise Refused(said)
    if on.day > today:
        raise Refused(Say("%(day)s has not come yet; write about it when it has.", day=on.day))
    if not text.strip():
        raise Refused(NOTHING_WRITTEN)
    if on.entry is None:
        return _first(session, application, on.day, text, seen)
    if on.entry.text == text:
        return on.entry  # a double click, or Back and saved again
    session.refresh(on.entry, with_for_update=True)
    if on.entry.version != seen:
        raise Outrun
    on.entry.text, on.entry.version = text, seen + 1
    on.entry.saved_at, on.entry.submitted_at = utcnow(), None
    session.flush()
    return on.entry


def _first(session: Session, application: Application, day: date, text: str, seen: int) -> LogEntry:
    entry = LogEntry(
        application_id=application.id, student_id=application.student_id, department_id=application.department_id,
        day=day, text=text,
    )  # fmt: skip
    if seen:
        raise Outrun
    session.add(entry)
    try:
        session.flush()
    except IntegrityError:  # another tab wrote its first words at the same moment
        session.rollback()
        raise Outrun from None
    return entry
