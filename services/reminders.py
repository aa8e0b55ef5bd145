"""The one job that reads the table of reminders: what is due is walked down an index, and told once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import MACHINE_OF, ChangeRequest, Step
from services import choices, firm_reminders, hand_over_texts, letters
from services.firm_reminders import friday_of
from services.job_runs import Faults
from services.letter_facts import About
from services.letter_texts import Text
from services.listing import Conditions, Order, walked
from services.notices import midnight, nth_office_day, once_a_day, raise_once, raised
from services.scope import system_session
from services.sign_in import ISTANBUL, today
from workflow.reminders import REMINDERS, Reminder

PAGE = 500
DAY = timedelta(days=1)
_MODELS: dict[str, Any] = {machine.name: model for model, machine in MACHINE_OF.items()}


@dataclass(frozen=True)
class Window:
    """The dates that remind today; `first` is None where waiting has no end."""

    first: date | None
    last: date


@dataclass(frozen=True)
class Due:
    """A file that a reminder is due for, and the date it reminds of."""

    row_id: int
    date: date


def remind(today: date, table: Sequence[Reminder] = REMINDERS) -> dict[str, int]:
    """Raise every reminder that is due today; answers how many files of each were told of.

    Each file is a transaction of its own: a run that is broken off is taken up by the next, and one that fails holds
    no other up. Raises job_runs.Unfinished at the end where one did.
    """
    faults, told = Faults(), dict.fromkeys((reminder.name for reminder in table), 0)
    for reminder in table:
        for due in _due(reminder, today):
            with faults.past(f"{reminder.name} {due.row_id}"):
                if reminder.several:
                    told[reminder.name] += firm_reminders.tell(reminder, due.row_id, due.date, today)
                else:
                    told[reminder.name] += _tell(reminder, due, today)
    faults.end(sum(told.values()))
    return told


def daily() -> int:
    """The job: today's reminders, at the first hour that gets round to them."""
    return once_a_day("reminders", today(), lambda day: sum(remind(day).values()))


def _due(reminder: Reminder, today: date) -> Iterator[Due]:
    """The files whose day has come and that nobody was told of yet."""
    if reminder.weekly and today < friday_of(today):
        return
    with system_session(reads=True) as session:
        window = window_of(session, reminder, today)
        found = [*where(reminder, window), *firm_reminders.conditions(reminder, today)]
        rows = walked(session, {}, order(reminder), where=found, branches=branches(reminder), size=PAGE)
        while page := list(islice(rows, PAGE)):
            dues = _dated(session, reminder, page, today)
            told = raised(session, reminder.name, [due.row_id for due in dues])
            yield from (d for d in dues if d.date <= window.last and (d.row_id, d.date) not in told)


def window_of(session: Session, reminder: Reminder, today: date) -> Window:
    """Which dates are so near, or so far, that they remind today."""
    if reminder.weekly:
        return Window(friday_of(today) + DAY, date.max)
    days, working = reminder.span.days, reminder.span.working
    first = None if reminder.lasts is None else today - timedelta(days=reminder.lasts)
    if not reminder.span.after:
        return Window(first, nth_office_day(session, today, days) if working else today + timedelta(days=days))
    return Window(first, nth_office_day(session, today, -days) - DAY if working else today - timedelta(days=days))


def order(reminder: Reminder) -> Order:
    """The column whose index the job walks."""
    return Order(getattr(_MODELS[reminder.machine.name], reminder.date))


def branches(reminder: Reminder) -> list[Conditions]:
    """One walk for each state, so that each begins where its index does."""
    model = _MODELS[reminder.machine.name]
    only = [getattr(model, name) == word for name, word in reminder.only.items()]
    return [[model.state == state, *only] for state in sorted(reminder.states)]


def where(reminder: Reminder, window: Window) -> Conditions:
    """The dates that remind, as the column keeps them: days, or moments from midnight to midnight."""
    column = order(reminder).column
    if _is_moment(column):
        first = [column >= midnight(window.first)] if window.first else []
        return [*first, column < midnight(window.last + DAY)]
    return [*([column >= window.first] if window.first else []), column <= window.last]


def _is_moment(column: Any) -> bool:
    return column.type.python_type is datetime


def _dated(session: Session, reminder: Reminder, page: Sequence[Any], today: date) -> list[Due]:
    """Each file with its date; one that waits since a moment, or `anew`, waits from its last step on."""
    if reminder.weekly:
        return [Due(row.key, friday_of(today)) for row in page]
    waits = reminder.anew or _is_moment(order(reminder).column)
    moved = _moved(session, reminder, page) if waits or reminder.quiet else {}
    steps = [(row, moved.get(row.key, date.min)) for row in page]
    loud = today - timedelta(days=reminder.quiet)
    return [Due(r.key, max(_day(r.sort), last) if waits else r.sort) for r, last in steps if last <= loud]


def _moved(session: Session, reminder: Reminder, page: Sequence[Any]) -> dict[int, date]:
    """The day of each file's last step; that somebody looked at it, or whose turn it is, is none."""
    steps = select(Step.row_id, func.max(Step.at)).where(
        Step.machine == reminder.machine.name,
        Step.row_id.in_([row.key for row in page]),
        Step.action.in_(sorted({door.action for door in reminder.machine.table})),
    )
    return {key: _day(at) for key, at in session.execute(steps.group_by(Step.row_id))}


def _day(found: Any) -> date:
    day: date = found.astimezone(ISTANBUL).date() if isinstance(found, datetime) else found
    return day


def _tell(reminder: Reminder, due: Due, today: date) -> bool:
    """Write to everybody whom this file concerns and who wants it; False where somebody else was faster."""
    with system_session() as session:
        row = session.get(_MODELS[reminder.machine.name], due.row_id)
        if row is None or row.state not in reminder.states:
            return False
        notice = raise_once(session, reminder.name, due.row_id, due.date)
        if notice is None:
            return False
        written: set[str] = set()
        for actor in reminder.readers:
            for reader in letters.readers(session, row, actor, today):
                known = {"user_id": reader.user_id, "email": reader.email}
                if reader.email in written or not choices.wanted(session, reminder.name, **known):  # type: ignore[arg-type]
                    continue
                written.add(reader.email)
                about, link = About(row, today, since=due.date), letters.link_to(session, row, actor)
                where_to = choices.address(**known)  # type: ignore[arg-type]
                text = _text(reminder, row)
                session.add(
                    letters.letter(text, about, actor, reader, link, notice_id=notice.id, choices=where_to)
                )  # fmt: skip
    return True


def _text(reminder: Reminder, row: Any) -> Text:
    """What it says; of a change of supervisor in other words than of dates."""
    if isinstance(row, ChangeRequest) and not row.kind.moves:
        return hand_over_texts.REMINDERS[reminder.name]
    return reminder.subject, reminder.sentence
