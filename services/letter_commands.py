"""The daily letters by hand: what the worker does every morning, for any day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from services import digest, reminders
from services.job_runs import Unfinished
from services.sign_in import today
from workflow import written

letters_group = AppGroup("letters", help="Reminders and summaries, by hand; nobody is told of the same twice.")


class Day(click.ParamType[date]):
    """A day as people write it."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        return written.day(str(value)) or self.fail(f"{value!r} is not a day such as 2026-12-14.", param, ctx)


_ON = click.option("--on", type=Day(), help="As on this day, 2026-12-14 or 14.12.2026 (default: today).")


@letters_group.command("remind")
@_ON
@with_appcontext
def remind(on: date | None) -> None:
    """Raise the reminders that are due."""
    with _told():
        for name, files in reminders.remind(_day(on)).items():
            click.echo(f"{name}: {files:,} files.")


@letters_group.command("digest")
@_ON
@with_appcontext
def summarise(on: date | None) -> None:
    """Write to each reviewer what waits for them; on a day off nobody is written to."""
    with _told():
        click.echo(f"{digest.summarise(_day(on)):,} people written to.")


@contextmanager
def _told() -> Iterator[None]:
    """Say what failed, by its key, and end with exit code 1."""
    try:
        yield
    except Unfinished as fault:
        raise click.ClickException(f"{fault.counted:,} done; {fault}") from None


def _day(on: date | None) -> date:
    return on or today()
