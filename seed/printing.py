"""Differences and problems on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import force_locale
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from services.changes import Change, Difference
from services.recount import Affected
from services.say import said
from workflow.days import days_text

SHOWN = 20  # rows of one kind spelled out on the terminal
out = Console(highlight=False, soft_wrap=True)


def show(difference: Difference) -> None:
    """The counts, each change field by field, and the problems as file:line: sentence."""
    with force_locale("en"):
        if difference.groups:
            out.print(_counts(difference))
        for group in difference.groups:
            _list("+", "green", group.new)
            _list("~", "yellow", group.changed)
        if difference.affected:
            _affected(difference.affected)
        for problem in difference.shown:
            out.print(f"[red]{escape(f'{problem.file}:{problem.line}: {said(problem.say)}')}[/red]")
        if hidden := len(difference.problems) - len(difference.shown):
            out.print(f"… and {hidden:,} more problems")


def _counts(difference: Difference) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "new", "changed", "unchanged"):
        table.add_column(heading, justify="right" if heading else "left")
    for group in difference.groups:
        table.add_row(said(group.label), *(f"{n:,}" for n in (len(group.new), len(group.changed), group.unchanged)))
    return table


def _list(mark: str, colour: str, changes: list[Change]) -> None:
    for change in changes[:SHOWN]:
        out.print(f"[{colour}]{mark}[/{colour}] {escape(change.label)} [dim]{escape(change.file)}:{change.line}[/dim]")
        for field in change.fields:
            out.print(f"    {field.name}: {escape(_brief(field.before))} → {escape(_brief(field.after))}")
    if len(changes) > SHOWN:
        out.print(f"{mark} … and {len(changes) - SHOWN:,} more")


def _affected(affected: Affected) -> None:
    out.print(f"Applications counted otherwise: {affected.count:,}; breaking a rule then: {affected.breaking:,}")
    for line in affected.lines[:SHOWN]:
        broken = f" [red]{said(line.breaks)}[/red]" if line.breaks else ""
        who = escape(f"{line.student_number} {line.student_name} ({line.department})")
        out.print(f"  {who}: {days_text(line.before)} → {days_text(line.after)}{broken}")
    if affected.count > SHOWN:
        out.print(f"  … and {affected.count - SHOWN:,} more")


def _brief(value: Any) -> str:
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 -- a terminal's line


@contextmanager
def progress(doing: str) -> Iterator[Any]:
    """A bar with count and remaining time; gives the function that moves it (done, of)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
