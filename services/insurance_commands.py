"""The command that looks for interns without a lawful insurance entry."""

import sys
from datetime import date, datetime

import click
from flask.cli import AppGroup
from rich.console import Console

from services import uninsured
from services.scope import system_session
from services.sign_in import today

insurance_group = AppGroup("insurance", help="Insurance entries (Law 5510).")


@insurance_group.command("sweep")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As of this day; today unless given.")
def sweep(on: datetime | None) -> None:
    """List approved internships without an entry the law allows; exit code 1 where there are any."""
    day, found = on.date() if on else today(), 0
    out = Console(stderr=True)
    with system_session(reads=True) as session, out.status("Looking through the approved internships"):
        for found, line in enumerate(uninsured.sweep(session, day), 1):  # noqa: B007 -- counted for the last line
            click.echo(_line(line, day))
    click.echo(f"{found:,} approved internships without a lawful insurance entry on {day}.")
    sys.exit(1 if found else 0)


def _line(line: uninsured.Uninsured, day: date) -> str:
    """One internship; names are the office's, so the number alone stands here."""
    began = "began" if line.starts_on <= day else "begins"
    entry = f"entry {line.declaration} is too late" if line.declaration else "no entry was raised"
    return f"application {line.application}: {began} {line.starts_on}, ends {line.ends_on}: {entry}"
