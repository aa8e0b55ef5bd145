"""The student database as a port: what a record is, and the file that may hold them.

Students are never typed here (seed: "filled from the student database"). services.refresh brings ours up
to date; services.student_view is the other adapter, an SQL view.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from stdnum.tr import tckimlik

from services.changes import Difference
from services.tables import Line
from workflow import written
from workflow.addresses import address_fault, as_address
from workflow.plain import legible, plain
from workflow.say import Say

OPTIONAL = frozenset({"phone", "second_department_code", "active"})
YEARS = 10  # medicine has six, some repeat


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


COLUMNS = tuple(f.name for f in fields(DirectoryStudent))


class Wrong(Exception):
    """A value that cannot stand there; `say` is the sentence."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


@dataclass(frozen=True, slots=True)
class Record:
    """A row as far as it can be read: what is wrong stands in `student` as it was written, or as nothing."""

    line: Line
    student: DirectoryStudent
    faults: tuple[Say, ...] = ()


def parsed(line: Line) -> Record:
    """A row's record, with everything that is wrong with it."""
    faults = [line.fault] if line.fault else []
    values: dict[str, Any] = {}
    for name in COLUMNS:
        text = plain(str(line.values.get(name) or ""))
        try:
            values[name] = _READERS[name](text) if text else _nothing(name, line)
        except Wrong as wrong:
            faults.append(Say("%(column)s: %(wrong)s", column=name, wrong=wrong.say))
            values[name] = None if name in OPTIONAL else _UNREAD.get(name, text)
    return Record(line, DirectoryStudent(**values), tuple(faults))


_UNREAD: Mapping[str, Any] = {"class_year": 0}


def _nothing(name: str, line: Line) -> Any:
    if name == "active":
        return True
    if name in OPTIONAL:
        return None
    if line.columns and name not in line.columns:
        return _UNREAD.get(name, "")  # said once, of the heading
    raise Wrong(Say("This is empty."))


def _text(length: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > length:
            raise Wrong(Say("This is longer than %(length)s characters.", length=length))
        if not legible(text):
            raise Wrong(Say("This holds hidden or broken characters. Type it instead of pasting it."))
        return text

    return read


def _number(text: str) -> str:
    if written.is_shortened(text):
        raise Wrong(SHORTENED)
    return _text(20)(written.digits(text))


def _national_id(text: str) -> str:
    if written.is_shortened(text):
        raise Wrong(SHORTENED)
    number = written.digits(text, " -.")
    if not tckimlik.is_valid(number):
        raise Wrong(Say("This is not a valid national id number."))
    return number


def _email(text: str) -> str:
    address = as_address(text)
    if fault := address_fault(address):
        raise Wrong(Say("“%(value)s”: %(wrong)s", value=text[:80], wrong=fault))
    return address


def _phone(text: str) -> str:
    """As it can be read, or as the university has it: no student is left out for the sake of a phone number."""
    if written.is_shortened(text):
        raise Wrong(SHORTENED)
    return _text(30)(written.phone(text, lost=True) or text)


def _year(text: str) -> int:
    year = written.whole(text)
    if year is None or not 0 <= year <= YEARS:
        raise Wrong(
            Say("“%(value)s” is not a class year. Write a number from 0 to %(most)s.", value=text[:20], most=YEARS)
        )
    return year


def _active(text: str) -> bool:
    found = written.yes_no(text)
    if found is None:
        raise Wrong(Say("“%(value)s” is neither yes nor no. Write evet or hayır.", value=text[:20]))
    return found


SHORTENED = Say("The spreadsheet has cut this number short. Make the column text, and enter the number again.")
_READERS: Mapping[str, Callable[[str], Any]] = {
    "number": _number, "name": _text(100), "surname": _text(100), "national_id": _national_id, "email": _email,
    "phone": _phone, "department_code": _text(20), "class_year": _year, "second_department_code": _text(20), "active": _active,
}  # fmt: skip


def records(lines: Iterable[Line], difference: Difference) -> Iterator[Record]:
    """Every row as a record; what is wrong with it becomes problems of its line, with the heading said once a file."""
    seen: set[str] = set()
    for line in lines:
        if line.file not in seen:
            seen.add(line.file)
            _heading(line, difference)
        record = parsed(line)
        for fault in record.faults:
            difference.wrong(line.file, line.number, fault)
        yield record


def _heading(line: Line, difference: Difference) -> None:
    """What is wrong with the columns, on the first row that has them."""
    given = set(line.columns) or line.values.keys()
    for name in sorted(n for n in given if n and n not in COLUMNS):
        difference.wrong(line.file, line.number, Say("Unknown column “%(column)s”.", column=name[:60]))
    for name in COLUMNS if line.columns else ():
        if name not in line.columns and name not in OPTIONAL:
            difference.wrong(line.file, line.number, Say("The column “%(column)s” is missing.", column=name))
