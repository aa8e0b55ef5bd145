"""The files' rows as the tables want them: values read, references named, doubles and strays found."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from seed.files import Bundle, lines
from seed.reference import TABLES, Key, Reference, Table
from seed.values import Wrong
from services.changes import Difference
from services.tables import Line, Unreadable
from workflow.say import Say


@dataclass
class Wanted:
    """One row as the file has it: `values` of all columns, `points_to` by reference attribute."""

    table: Table
    line: Line
    values: dict[str, Any]
    points_to: dict[str, Key | None] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """How this row is recognised in the database, references by their own keys."""
        return tuple(self.points_to[k] if k in self.points_to else self.values[k] for k in self.table.key)

    @property
    def label(self) -> str:
        return " · ".join(_flat(self.key))


def _flat(part: Any) -> Iterator[str]:
    if isinstance(part, tuple):
        for inner in part:
            yield from _flat(inner)
    elif part is not None:
        yield str(part)


def said(key: Any) -> str:
    """A key as a person reads it."""
    return " · ".join(_flat(key))


def wanted(files: Bundle, difference: Difference) -> dict[str, list[Wanted]]:
    """Every good row by kind of table; each bad one becomes a problem of its line."""
    return {table.kind: list(_of(table, files, difference)) for table in TABLES}


def _of(table: Table, files: Bundle, difference: Difference) -> Iterator[Wanted]:
    first: dict[Key, int] = {}
    try:
        for line in lines(files, table.stem):
            row = _row(table, line, difference)
            if row is None:
                continue
            before = first.setdefault(row.key, line.number)
            if before != line.number:
                difference.wrong(
                    line.file,
                    line.number,
                    Say("“%(row)s” stands on line %(line)s already.", row=row.label, line=before),
                )
            else:
                yield row
    except Unreadable as unreadable:
        difference.problems.append(unreadable.problem)


def _row(table: Table, line: Line, difference: Difference) -> Wanted | None:
    """The row, or None once its problems are noted."""
    problems = [*_strays(table, line)]
    values: dict[str, Any] = {}
    for column in table.columns:
        given = line.values.get(column.name)
        if given is None:
            values[column.name] = column.default
            if column.required:
                problems.append(Say("“%(column)s” is empty.", column=column.name))
            continue
        try:
            values[column.name] = column.read(given)
        except Wrong as wrong:
            problems.append(Say("%(column)s: %(wrong)s", column=column.name, wrong=wrong.say))
    for say in problems:
        difference.wrong(line.file, line.number, say)
    return None if problems else Wanted(table, line, values, {r.attr: _pointed(r, values) for r in table.references})


def _pointed(reference: Reference, values: dict[str, Any]) -> Key | None:
    return reference.key(values)


def _strays(table: Table, line: Line) -> Iterator[Say]:
    known = {c.name for c in table.columns}
    for name in line.values.keys() - known:
        yield Say("Unknown column “%(column)s”.", column=name[:60])
