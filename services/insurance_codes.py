"""What the health office's data file dates: codes and legal days, each line by the day from which it holds."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from services.settings import ROOT
from workflow.say import Say
from workflow.words import DeclarationState

COLUMNS = ROOT / "seed" / "data" / "insurance_columns.yaml"
_log = logging.getLogger("staj.insurance")
_CODES = {"document_kinds": {"covered", "not_covered"}, "occupation_codes": {"code"}}
_ABROAD = "abroad"
_DAYS = {"entries": "days_ahead", "exits": "days_after"}
_USUAL = {"entries": 30, "exits": 10}  # days, where the file says nothing
_MOST = 366

# what is left to do about an entry whose last day has passed, by its state
LATE = {
    DeclarationState.DUE: Say("The last day for this entry has passed, and an entry is never made retroactively (Law 5510). Settle it with the social security institution directly, then record the reference on the declaration’s page."),
    DeclarationState.FAILED: Say("The last day for this entry has passed, and an entry is never made retroactively (Law 5510). Settle it with the social security institution directly, then mark it as sent on the declaration’s page and record the reference."),
}  # fmt: skip

Lines = Sequence[Mapping[str, Any]]


class BadColumns(Exception):
    """The data file cannot be used; `say` says why."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


@dataclass(frozen=True)
class Codes:
    """The dated tables by name, newest line first."""

    tables: Mapping[str, Lines]

    def code(self, table: str, name: str, on: date) -> str | None:
        """The code that holds on a day; None before the first one."""
        return next((str(line[name]) for line in self.tables[table] if line["from"] <= on), None)

    def days_ahead(self, on: date) -> int:
        """How many days before a first day its entry can be made at the earliest."""
        return self._days("entries", on)

    def days_after(self, on: date) -> int:
        """How many days after a last day its exit can be declared at the latest."""
        return self._days("exits", on)

    def _days(self, table: str, on: date) -> int:
        return int(self.code(table, _DAYS[table], on) or _USUAL[table])


def insured_abroad(on: date) -> bool:
    """Whether the university insures an internship abroad that begins on a day; where the file is silent, it does."""
    return not any(first <= on < last for first, last in not_insured_abroad())


def not_insured_abroad() -> list[tuple[date, date]]:
    """The spans (first day, day after) in which it does not; a file that cannot be read has none."""
    try:
        lines = _abroad(COLUMNS.name, read(COLUMNS))
    except BadColumns as bad:
        _log.warning("%s Internships abroad go as insured.", bad)
        lines = []
    ends = [date.max, *(line["from"] for line in lines)]
    return [(line["from"], end) for line, end in zip(lines, ends, strict=False) if not line["insured"]]


def exit_by(ends_on: date) -> date:
    """The last day on which the exit of an internship is declared.

    A file that cannot be read stops lists, never decisions: these go by the usual days.
    """
    try:
        exits = _days(COLUMNS.name, read(COLUMNS), "exits")
    except BadColumns as bad:
        _log.warning("%s Exits go by the usual %s days.", bad, _USUAL["exits"])
        exits = []
    return ends_on + timedelta(days=Codes({"exits": exits}).days_after(ends_on))


def read(path: Path) -> Mapping[str, Any]:
    """The data file; raises BadColumns where it is none."""
    try:
        found = _parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        found = None
    if not isinstance(found, dict):
        raise BadColumns(no_columns(path.name))
    return found


@lru_cache(maxsize=4)
def _parsed(text: str) -> Any:
    """Parsed once: every decision asks for the days, and parsing takes a hundred times the reading."""
    return yaml.safe_load(text)


def no_columns(file: str) -> Say:
    return Say("The file %(file)s is no list of columns. Tell the IT office.", file=file)


def codes(file: str, found: Mapping[str, Any]) -> dict[str, Lines]:
    """The dated tables of the file; raises BadColumns."""
    return {
        **{table: _dated(file, found.get(table), table, wanted) for table, wanted in _CODES.items()},
        **{table: _days(file, found, table) for table in _DAYS},
        _ABROAD: _abroad(file, found),
    }


def _abroad(file: str, found: Mapping[str, Any]) -> Lines:
    if _ABROAD not in found:
        return []
    told = _dated(file, found[_ABROAD], _ABROAD, {"insured"})
    if not all(type(n["insured"]) is bool for n in told):
        raise BadColumns(Say("“%(name)s” of %(file)s is true or false. Tell the IT office.", name="insured", file=file))
    return told


def _dated(file: str, lines: Any, table: str, wanted: set[str]) -> Lines:
    keys = {"from", *wanted}
    whole = isinstance(lines, list) and all(isinstance(n, dict) and keys <= n.keys() for n in lines)
    if not whole or not all(isinstance(n["from"], date) for n in lines):
        raise BadColumns(
            Say("The codes “%(table)s” of %(file)s are incomplete. Tell the IT office.", table=table, file=file)
        )
    return sorted(lines, key=lambda n: n["from"], reverse=True)


def _days(file: str, found: Mapping[str, Any], table: str) -> Lines:
    if table not in found:
        return []
    name = _DAYS[table]
    told = _dated(file, found[table], table, {name})
    if not all(type(n[name]) is int and 0 < n[name] <= _MOST for n in told):
        raise BadColumns(
            Say("“%(name)s” of %(file)s is a whole number of days, 1 to %(most)s. Tell the IT office.", name=name, file=file, most=_MOST)
        )  # fmt: skip
    return told
