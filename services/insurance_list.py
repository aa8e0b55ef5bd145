"""The list of declarations the health office takes out: columns and codes from a data file, each row validated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from models import Application, Declaration
from services import insurance_codes, national_ids
from services.calendar import Grace
from services.insurance_board import WAITING
from services.insurance_codes import LATE, BadColumns, Codes
from services.say import said
from services.seal import Seal
from workflow.say import Say
from workflow.turkish import lowered
from workflow.words import DeclarationKind


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


@dataclass(frozen=True)
class Columns(Codes):
    """Headings with their facts, beside the codes."""

    columns: tuple[tuple[str, str], ...]

    @property
    def headings(self) -> list[str]:
        return [heading for heading, _fact in self.columns]


def columns(path: Path | None = None) -> Columns:
    """The columns the data file names; raises BadColumns."""
    path = path or insurance_codes.COLUMNS
    found = insurance_codes.read(path)
    if not isinstance(found.get("columns"), list) or not found["columns"]:
        raise BadColumns(insurance_codes.no_columns(path.name))
    for line in found["columns"]:
        if not isinstance(line, dict) or not line.get("heading") or line.get("fact") not in FACTS:
            raise BadColumns(
                Say("A column of %(file)s names no known fact: %(line)s. Tell the IT office.", file=path.name, line=str(line)[:80])
            )  # fmt: skip
    names = [lowered(str(line["heading"])) for line in found["columns"]]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadColumns(Say("%(file)s has two columns called “%(column)s”. Tell the IT office.", file=path.name, column=twice))  # fmt: skip
    told = tuple((str(c["heading"]), c["fact"]) for c in found["columns"])
    return Columns(insurance_codes.codes(path.name, found), told)


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
        return LATE[row.state]
    days = of.days_ahead(row.starts_on)
    first = row.starts_on - timedelta(days=days)
    if grace.today < first:
        return Say("An entry is made at most %(days)s days before the first day (Law 5510): this one from %(day)s on.", days=days, day=first)  # fmt: skip
    return None


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
