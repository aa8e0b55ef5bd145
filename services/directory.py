"""The student database as a port: what a record is, and the file that may hold them.

Students are never typed here (seed: "filled from the student database"). services.refresh brings ours up
to date; services.student_view is the other adapter, an SQL view.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from stdnum.tr import tckimlik

from services.changes import Difference
from services.sign_in import as_account
from services.tables import Line
from workflow.say import Say

OPTIONAL = frozenset({"phone", "second_department_code", "active"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NO = frozenset({"0", "no", "false", "f", "n", "hayır", "pasif"})
_YES = frozenset({"1", "yes", "true", "t", "y", "evet", "aktif"})
_LENGTHS = {"number": 20, "name": 100, "surname": 100, "email": 255, "phone": 30}


@dataclass(frozen=True, slots=True)
class DirectoryStudent:
    """A student as the student database knows them."""

    number: str
    name: str
    surname: str
    national_id: str
    email: str
    phone: str | None
    department_code: str
    class_year: int
    second_department_code: str | None = None
    active: bool = True


class Wrong(Exception):
    """A record that cannot be a student; `say` is the sentence."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


COLUMNS = tuple(f.name for f in fields(DirectoryStudent))


def parsed(values: Mapping[str, Any]) -> DirectoryStudent:
    """A record from the texts of a row; raises Wrong."""
    given = {name: str(values.get(name) or "").strip() for name in COLUMNS}
    missing = next((n for n in COLUMNS if not given[n] and n not in OPTIONAL), None)
    if missing:
        raise Wrong(Say("“%(column)s” is empty.", column=missing))
    for name, length in _LENGTHS.items():
        if len(given[name]) > length:
            raise Wrong(Say("“%(column)s” is longer than %(length)s characters.", column=name, length=length))
    if not tckimlik.is_valid(given["national_id"]):
        raise Wrong(Say("This is not a valid national id number."))
    address = as_account(given["email"])
    if not address or not _EMAIL.fullmatch(address):
        raise Wrong(Say("“%(value)s” is not an e-mail address.", value=given["email"][:80]))
    return DirectoryStudent(
        number=given["number"],
        name=given["name"],
        surname=given["surname"],
        national_id=tckimlik.compact(given["national_id"]),
        email=address,
        phone=given["phone"] or None,
        department_code=given["department_code"],
        class_year=_year(given["class_year"]),
        second_department_code=given["second_department_code"] or None,
        active=_active(values.get("active")),
    )


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:4]) <= 10):  # noqa: PLR2004 -- medicine has six, some repeat
        raise Wrong(Say("“%(value)s” is not a class year.", value=text[:20]))
    return int(text)


def _active(value: Any) -> bool:
    text = "yes" if value is None else str(value).strip().casefold() or "yes"
    if text not in _YES | _NO:
        raise Wrong(Say("“%(value)s” is neither yes nor no.", value=text[:20]))
    return text in _YES


Record = tuple[Line, DirectoryStudent]


def records(lines: Iterable[Line], difference: Difference) -> Iterator[Record]:
    """Every good row as a record; a bad one becomes a problem of its line."""
    for line in lines:
        if unknown := line.values.keys() - set(COLUMNS):
            difference.wrong(line.file, line.number, Say("Unknown column “%(column)s”.", column=min(unknown)))
            return  # every further row would say the same
        try:
            yield line, parsed(line.values)
        except Wrong as wrong:
            difference.wrong(line.file, line.number, wrong.say)
