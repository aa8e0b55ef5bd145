"""What a file would change in the database: shown to a person before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.recount import Affected
from services.tables import MAX_PROBLEMS, Problem
from workflow.say import Say


@dataclass(frozen=True)
class Field:
    """One value that differs."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One row that is new (no fields) or differs from the database in `fields`."""

    label: str
    file: str
    line: int
    fields: tuple[Field, ...] = ()


@dataclass
class Group:
    """The rows of one kind; `label` is a msgid. Lists may be cut for showing, the counts are whole."""

    kind: str
    label: str
    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0

    @property
    def differs(self) -> bool:
        return bool(self.new or self.changed)


@dataclass
class Difference:
    """Everything a set of files would do, and everything wrong with them."""

    groups: list[Group] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    affected: Affected | None = None  # the applications that would be counted otherwise

    @property
    def differs(self) -> bool:
        return any(group.differs for group in self.groups)

    @property
    def counts(self) -> dict[str, list[int]]:
        """{kind: [new, changed, unchanged]}, for the history."""
        return {g.kind: [len(g.new), len(g.changed), g.unchanged] for g in self.groups}

    @property
    def shown(self) -> Sequence[Problem]:
        return self.problems[:MAX_PROBLEMS]

    def in_order(self) -> None:
        """Put the problems in the order of a reader: file by file as they came, line by line."""
        files = list(dict.fromkeys(problem.file for problem in self.problems))
        self.problems.sort(key=lambda problem: (files.index(problem.file), problem.line))

    def wrong(self, file: str, line: int, say: Say) -> None:
        self.problems.append(Problem(file, line, say))


class Faulty(Exception):
    """The files have problems; nothing was written."""

    def __init__(self, difference: Difference) -> None:
        first = difference.problems[0]
        super().__init__(f"{first.file}:{first.line}: {first.say}")
        self.difference = difference
