"""What a letter may say of a file: the facts its sentence names, and no others, are looked up."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session, object_session

from models import Application, Attendance, ChangeRequest, Declaration, Evaluation, Request
from services import answer_links, commissions, firm_parts
from services.calendar import grace, last_office_day
from services.insurance_codes import LATE, exit_by
from services.insurance_days import asked_of_commission, decision, needs_entry
from services.sign_in import ISTANBUL
from workflow.days import FIRM_WITHIN, days_text
from workflow.say import Deadline, Say
from workflow.words import ChangeKind, DeclarationKind

DAY = timedelta(days=1)
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class About:
    """A file, the day it is written about, and the words that came with the step."""

    row: Any
    today: date
    reason: str = ""
    since: date | None = None  # waiting from this day on
    count: int = 1  # so many files in one letter

    @property
    def application(self) -> Application:
        found: Application = self.row if isinstance(self.row, Application) else self.row.application
        return found


Fact = Callable[[About], Any]


def facts(about: About, *texts: str) -> dict[str, Any]:
    """The facts these texts name; raises KeyError for one that a file of this kind does not have."""
    known: Mapping[str, Fact] = _FACTS[type(about.row)]
    return {name: known[name](about) for text in texts for name in _PLACE.findall(text)}


def contact(about: About) -> str:
    """The lines of the department's office that a letter about its file ends with."""
    session, department = object_session(about.row), getattr(about.row, "department_id", None)
    return commissions.contact_of(session, department) if session and department else ""


def _ended(text: str) -> str:
    """What somebody typed, as a sentence that ends: another one follows it."""
    text = text.strip()
    return f"{text}." if text and text[-1] not in ".!?…:;" else text


def _session(about: About) -> Session:
    found = object_session(about.row)
    assert found  # noqa: S101 -- letters are written where their file was read
    return found


def _office_day(about: About, last: date) -> Deadline:
    return Deadline(last_office_day(_session(about), max(last, about.today)))


def _day(moment: datetime) -> date:
    return moment.astimezone(ISTANBUL).date()


def _answered_within(about: About) -> int:
    """The days within which the department's commission answers, as its chair set them."""
    return commissions.settings_of(_session(about), about.row.department_id).overdue_days


def _again(about: About) -> Say:
    """Until when a rejected application may come again: the policy's window counts back from its first day."""
    row, rule = about.row, (about.row.policy.rules if about.row.policy else {}).get("apply_days_before", {})
    days = int(rule.get("value", 1))
    last = row.starts_on - timedelta(days=days)
    if last >= about.today:
        return Say("Correct it with “Take action” and submit it again by %(day)s.", day=Deadline(last))
    return Say(
        "Correct it with “Take action”: applications close %(days)s days before the start, so choose a later first day.",
        days=days,
    )


def _still(about: About) -> Say:
    """What is to be done about a declaration whose working day has gone by."""
    row: Declaration = about.row
    now = grace(_session(about), about.today)
    if row.due_on >= about.today:
        return Say("The law allows it until %(day)s: please make it today.", day=Deadline(row.due_on))
    if row.kind is not DeclarationKind.ENTRY:
        return Say("The last day for it was %(day)s: please make it today.", day=Deadline(row.due_on))
    if not now.over(row.due_on):
        return Say("Its last day was no working day, so the law still allows it until %(day)s: please make it today.", day=Deadline(now.until))  # fmt: skip
    return Say("%(late)s The last day was %(day)s.", late=LATE[row.state], day=Deadline(row.due_on))


def _insurance(about: About) -> Say:
    """Who insures the intern, for the firm."""
    if needs_entry(about.row):
        return Say("The university arranges the insurance before %(starts_on)s.", starts_on=about.row.starts_on)
    return Say("The student arranges the insurance of this internship abroad.")


def _hand_in(about: About) -> Say:
    """Until when a returned completion is corrected; a day that has gone by is said so."""
    last = about.application.due_on
    if last is None or last >= about.today:
        return Say("Please correct it and hand it in by %(day)s.", day=Deadline(last or about.today))
    return Say("The day set for it, %(day)s, has passed: please correct it and hand it in now.", day=Deadline(last))


def _change_by(about: About) -> Deadline:
    """The last working day on which a decision about a change still comes in time for what follows from it."""
    row: ChangeRequest = about.row
    match row.kind:
        case ChangeKind.POSTPONE:
            return _office_day(about, row.before_starts_on - DAY)
        case ChangeKind.EXTEND:
            return _office_day(about, row.before_ends_on)
        case ChangeKind.HAND_OVER:
            return _office_day(about, _day(row.asked_at) + timedelta(days=_answered_within(about)))
        case _:
            return _office_day(about, exit_by(row.ends_on))


def _stopped(about: About) -> Say | None:
    """Of what kind the reason of a stop is; its words are the commission's (KVKK art. 6)."""
    row: ChangeRequest = about.row
    return Say("Reason of the stop: %(kind)s.", kind=row.reason_kind) if row.kind is ChangeKind.STOP else None


def _declare(about: About) -> Say:
    """What an approved change asks of the health office, and by when."""
    row: ChangeRequest = about.row
    if row.kind is ChangeKind.POSTPONE:
        return Say(
            "The entry is due by %(entry)s, 23:59; one already made has to be corrected by %(correction)s.",
            entry=Deadline(row.starts_on - DAY), correction=Deadline(row.before_starts_on - DAY),
        )  # fmt: skip
    return Say("The exit is due by %(exit)s.", exit=Deadline(exit_by(row.ends_on)))


_MEANS = {
    DeclarationKind.ENTRY: Say("You are insured for these days; nobody starts without it."),
    DeclarationKind.CORRECTION: Say("You are insured for these days."),
    DeclarationKind.EXIT: Say("Your insurance ended with the internship."),
    DeclarationKind.CANCELLATION: Say("You are not insured for these days: do not start work."),
}

_OF_STEP: dict[str, Fact] = {
    "reason": lambda a: _ended(a.reason),
    "since": lambda a: a.since,
    "count": lambda a: a.count,
}
_OF_APPLICATION: dict[str, Fact] = {
    **_OF_STEP,
    "student": lambda a: a.application.student_name,
    "number": lambda a: a.application.student_number,
    "institution": lambda a: a.application.institution.name if a.application.institution else "",
    "starts_on": lambda a: a.application.starts_on,
    "ends_on": lambda a: a.application.ends_on,
}
_OF_COMPLETION: dict[str, Fact] = {
    "due_by": lambda a: Deadline(a.application.due_on or a.today),
    "counted": lambda a: days_text(a.application.counted_half_days or 0),
    "accepted": lambda a: days_text(a.application.accepted_half_days or 0),
}
_FACTS: dict[type, dict[str, Fact]] = {
    Application: {
        **_OF_APPLICATION,
        "day_before": lambda a: Deadline(a.row.starts_on - DAY),
        "decide_by": lambda a: Deadline(decision(_session(a), a.row, a.today).open_until),
        "decide": lambda a: asked_of_commission(decision(_session(a), a.row, a.today)),
        "until": lambda a: Deadline(decision(_session(a), a.row, a.today).until),
        "insurance": _insurance,
        "again": _again,
        "days": lambda a: days_text(a.row.half_days or 0),
        "hand_in": _hand_in,
        "missing": lambda a: firm_parts.missing(_session(a), a.row, a.today),
        "firm_by": lambda a: Deadline(max(a.row.ends_on + timedelta(days=FIRM_WITHIN), a.today)),
        **_OF_COMPLETION,
    },
    Attendance: {**_OF_APPLICATION, **_OF_COMPLETION},
    Evaluation: {**_OF_APPLICATION, **_OF_COMPLETION},
    ChangeRequest: {
        **_OF_APPLICATION,
        "kind": lambda a: a.row.kind,
        "why": lambda a: _ended(a.row.why),
        "reason_kind": lambda a: a.row.reason_kind,
        "before_starts_on": lambda a: a.row.before_starts_on,
        "before_ends_on": lambda a: a.row.before_ends_on,
        "new_starts_on": lambda a: a.row.starts_on,
        "new_ends_on": lambda a: a.row.ends_on,
        "until": lambda a: Deadline(answer_links.last_day(a.row)),
        "good_for": lambda _a: answer_links.GOOD_FOR.days,
        "decide_by": _change_by,
        "new": lambda a: a.row.supervisor.name,
        "new_email": lambda a: a.row.supervisor.email,
        "old": lambda a: (a.row.before_supervisor or a.row.supervisor).name,
        "old_email": lambda a: (a.row.before_supervisor or a.row.supervisor).email,
        "declare": _declare,
        "stopped": _stopped,
    },
    Request: {
        **_OF_STEP,
        "student": lambda a: a.row.student_name,
        "number": lambda a: a.row.student_number,
        "subject": lambda a: a.row.subject,
        "asked_on": lambda a: _day(a.row.asked_at),
        "answer_by": lambda a: _office_day(a, _day(a.row.asked_at) + timedelta(days=_answered_within(a))),
    },
    Declaration: {
        **_OF_APPLICATION,
        "kind": lambda a: a.row.kind,
        "reference": lambda a: a.row.reference,
        "means": lambda a: _MEANS[a.row.kind],
        "due_by": lambda a: Deadline(a.row.due_on),
        "still": _still,
        "starts_on": lambda a: a.row.starts_on,
        "ends_on": lambda a: a.row.ends_on,
    },
}
