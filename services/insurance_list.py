"""The list of declarations the health office takes out: columns and codes from a data file, each row validated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from models import Application, Declaration
from services import national_ids
from services.calendar import Grace
from services.insurance_board import WAITING
from services.say import said
from services.seal import Seal
from services.settings import ROOT
from workflow.say import Say
from workflow.words import DeclarationKind, DeclarationState

COLUMNS = ROOT / "seed" / "data" / "insurance_columns.yaml"


class BadColumns(Exception):
    """The data file cannot be used; `say` says why."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


@dataclass(frozen=True)
class Entry:
    """What a column can tell: one declaration, its application and student, the number in full."""

    row: Declaration
    national_id: str
    document_kind: str
    occupation_code: str

    @property
    def application(self) -> Application:
        return self.row.application


FACTS: dict[str, Callable[[Entry], Any]] = {
    "declaration": lambda e: e.row.id,
    "application": lambda e: e.row.application_id,
    "kind": lambda e: said(e.row.kind),
    "national_id": lambda e: e.national_id,
    "name": lambda e: e.application.student.name,
    "surname": lambda e: e.application.student.surname,
    "student_number": lambda e: e.row.student_number,
    "entry_date": lambda e: e.row.starts_on,
    "exit_date": lambda e: e.row.ends_on,
    "document_kind": lambda e: e.document_kind,
    "occupation_code": lambda e: e.occupation_code,
    "institution": lambda e: e.application.institution and e.application.institution.name,
    "institution_tax_no": lambda e: e.application.institution and e.application.institution.tax_no,
    "department": lambda e: said(e.application.department),
    "reference": lambda e: e.row.reference,
    "refusal": lambda _e: None,
}
_DATED = {"document_kinds": {"covered", "not_covered"}, "occupation_codes": {"code"}, "entries": {"days_ahead"}}
_A_MONTH = 30  # days, where the file says nothing
_MOST_AHEAD = 366


@dataclass(frozen=True)
class Columns:
    """Headings with their facts, and the codes by the day from which they hold, newest first."""

    columns: tuple[tuple[str, str], ...]
    codes: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def headings(self) -> list[str]:
        return [heading for heading, _fact in self.columns]

    def code(self, table: str, name: str, on: date) -> str | None:
        """The code that holds on a day; None before the first one."""
        return next((str(line[name]) for line in self.codes[table] if line["from"] <= on), None)

    def days_ahead(self, on: date) -> int:
        """How many days before a first day its entry can be made at the earliest."""
        return int(self.code("entries", "days_ahead", on) or _A_MONTH)


def columns(path: Path | None = None) -> Columns:
    """The columns the data file names; raises BadColumns."""
    path = path or COLUMNS
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("columns"), list) or not found["columns"]:
        raise BadColumns(Say("The file %(file)s is no list of columns. Tell the IT office.", file=path.name))
    for line in found["columns"]:
        if not isinstance(line, dict) or not line.get("heading") or line.get("fact") not in FACTS:
            raise BadColumns(
                Say("A column of %(file)s names no known fact: %(line)s. Tell the IT office.", file=path.name, line=str(line)[:80])
            )  # fmt: skip
    names = [str(line["heading"]).lower() for line in found["columns"]]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadColumns(Say("%(file)s has two columns called “%(column)s”. Tell the IT office.", file=path.name, column=twice))  # fmt: skip
    codes = {table: _dated(path.name, found.get(table), table) for table in _DATED if table != "entries"}
    codes["entries"] = _ahead(path.name, found["entries"]) if "entries" in found else []
    return Columns(tuple((str(c["heading"]), c["fact"]) for c in found["columns"]), codes)


def _dated(file: str, lines: Any, table: str) -> list[Mapping[str, Any]]:
    wanted = {"from", *_DATED[table]}
    whole = isinstance(lines, list) and all(isinstance(n, dict) and wanted <= n.keys() for n in lines)
    if not whole or not all(isinstance(n["from"], date) for n in lines):
        raise BadColumns(
            Say("The codes “%(table)s” of %(file)s are incomplete. Tell the IT office.", table=table, file=file)
        )
    return sorted(lines, key=lambda n: n["from"], reverse=True)


def _ahead(file: str, lines: Any) -> list[Mapping[str, Any]]:
    told = _dated(file, lines, "entries")
    if not all(type(n["days_ahead"]) is int and 0 < n["days_ahead"] <= _MOST_AHEAD for n in told):
        raise BadColumns(
            Say("“days_ahead” of %(file)s is a whole number of days, 1 to %(most)s. Tell the IT office.", file=file, most=_MOST_AHEAD)
        )  # fmt: skip
    return told


def untimely(row: Declaration, of: Columns, grace: Grace) -> Say | None:
    """Why a declaration that waits is not for today's list, and what to do instead (Law 5510); None where it is.

    Entries have a first and a last day, and exits a first one. A correction or cancellation puts right what stands
    at the institution already, and one that comes late is still made. What was sent is on its way and has no day.
    """
    if row.state not in WAITING:
        return None
    if row.kind is DeclarationKind.EXIT and grace.today <= row.ends_on:
        first = row.ends_on + timedelta(days=1)
        return Say("An exit is declared once the internship has ended: from %(day)s on.", day=first)
    if row.kind is not DeclarationKind.ENTRY:
        return None
    if grace.over(row.due_on):
        return _LATE[row.state]
    days = of.days_ahead(row.starts_on)
    first = row.starts_on - timedelta(days=days)
    if grace.today < first:
        return Say("An entry is made at most %(days)s days before the first day (Law 5510): this one from %(day)s on.", days=days, day=first)  # fmt: skip
    return None


_LATE = {
    DeclarationState.DUE: Say("The last day for this entry has passed, and an entry is never made retroactively (Law 5510). Settle it with the social security institution directly, then record the reference on the declaration’s page."),
    DeclarationState.FAILED: Say("The last day for this entry has passed, and an entry is never made retroactively (Law 5510). Settle it with the social security institution directly, then mark it as sent on the declaration’s page and record the reference."),
}  # fmt: skip


def fault(row: Declaration, seal: Seal, of: Columns, grace: Grace) -> Say | None:
    """Why a declaration cannot stand in the list, or None."""
    if row.application is None:
        return Say("The application of this declaration is not there any more.")
    if row.ends_on < row.starts_on:
        return Say("The last day is before the first day.")
    if row.application.family_health_cover is None:
        return Say("The application does not say whether the student is covered through the family.")
    if any(code is None for code in _codes(row, of)):
        return Say("No code holds on %(day)s yet. Tell the IT office.", day=row.starts_on)
    return untimely(row, of, grace) or national_ids.fault(row, seal)


def _codes(row: Declaration, of: Columns) -> tuple[str | None, str | None]:
    covered = "covered" if row.application.family_health_cover else "not_covered"
    return of.code("document_kinds", covered, row.starts_on), of.code("occupation_codes", "code", row.starts_on)


def cells(row: Declaration, national_id: str, of: Columns) -> list[Any]:
    """One row of the list; `fault` had nothing against it."""
    kind, occupation = _codes(row, of)
    entry = Entry(row, national_id, kind or "", occupation or "")
    return [FACTS[fact](entry) for _heading, fact in of.columns]
