"""The daily letters by hand: what the worker does every morning, for any day."""

from datetime import date

import click
from flask.cli import AppGroup, with_appcontext

from services import digest, reminders
from services.sign_in import today

letters_group = AppGroup("letters", help="Reminders and summaries, by hand; nobody is told of the same twice.")
_ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As on this day (default: today).")


@letters_group.command("remind")
@_ON
@with_appcontext
def remind(on: date | None) -> None:
    """Raise the reminders that are due."""
    for name, files in reminders.remind(_day(on)).items():
        click.echo(f"{name}: {files:,} files.")


@letters_group.command("digest")
@_ON
@with_appcontext
def summarise(on: date | None) -> None:
    """Write to each reviewer what waits for them; on a day off nobody is written to."""
    click.echo(f"{digest.summarise(_day(on)):,} people written to.")


def _day(on: date | None) -> date:
    return date(on.year, on.month, on.day) if on else today()
