"""The files' rows as the tables want them: values read, references named, doubles and strays found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from seed.files import Bundle, lines
from seed.reference import TABLES, Column, Key, Table
from seed.values import Wrong
from services.changes import Difference
from services.tables import Line, Unreadable
from workflow.say import Say


@dataclass
class Wanted:
    """One row as the file has it: `values` of all columns, `points_to` by reference attribute.

    One that is not `sound` is never written: it is there so that everything wrong with it can be told.
    """

    table: Table
    line: Line
    values: dict[str, Any]
    points_to: dict[str, Key | None] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()  # columns whose values are none
    sound: bool = True

    @property
    def key(self) -> Key:
        """How this row is recognised in the database, references by their own keys; empty where it cannot be told."""
        names = {r.attr: r.reads for r in self.table.references}
        if self.unread.intersection(name for k in self.table.key for name in names.get(k, (k,))):
            return ()
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
    headed: set[str] = set()
    try:
        for line in lines(files, table.stem):
            if line.file not in headed and line.columns:
                headed.add(line.file)
                _heading(table, line, difference)
            row = _row(table, line, difference)
            before = first.setdefault(row.key, line.number) if row.key else line.number
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


def _heading(table: Table, line: Line, difference: Difference) -> None:
    """What is wrong with the columns, said once, of the first row below them."""
    for say in _strays(table, line.columns):
        difference.wrong(line.file, line.number, say)
    for column in table.columns:
        if column.required and column.name not in line.columns:
            difference.wrong(line.file, line.number, Say("The column “%(column)s” is missing.", column=column.name))


def _row(table: Table, line: Line, difference: Difference) -> Wanted:
    """The row as far as it can be read; its problems are noted."""
    problems = [line.fault] if line.fault else []
    problems += [] if line.columns else _strays(table, line.values)
    values: dict[str, Any] = {}
    unread = set()
    for column in table.columns:
        try:
            values[column.name] = _value(column, line)
        except Wrong as wrong:
            problems += [Say("%(column)s: %(wrong)s", column=column.name, wrong=say) for say in wrong.says]
            values[column.name] = None
            unread.add(column.name)
    for say in problems:
        difference.wrong(line.file, line.number, say)
    points_to = {r.attr: None if unread.intersection(r.reads) else r.key(values) for r in table.references}
    return Wanted(table, line, values, points_to, frozenset(unread), not problems and not unread)


def _value(column: Column, line: Line) -> Any:
    """What a row has in a column; raises Wrong."""
    given = line.values.get(column.name)
    if given is not None:
        return column.read(given)
    if column.required:  # where the whole column is missing, its heading was told
        raise Wrong(*([] if line.columns and column.name not in line.columns else [EMPTY]))
    return column.default


EMPTY = Say("This is empty.")


def _strays(table: Table, names: Iterable[str]) -> Iterator[Say]:
    known = {c.name for c in table.columns}
    for name in names:
        if name and name not in known:
            yield Say("Unknown column “%(column)s”.", column=name[:60])
