"""`flask seed check` and `flask seed apply`: the reference data in files against the database."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from seed import printing
from seed.apply import apply, not_yet_applied, weigh
from seed.difference import compare
from seed.files import bundle
from services.calendar import undecided
from services.changes import Faulty
from services.scope import system_session
from services.sign_in import today

seed = AppGroup("seed", help="Reference data, the demo university, a large one.")
PATH = click.Path(exists=True, path_type=Path)


@seed.command("check")
@click.argument("path", type=PATH)
def check(path: Path) -> None:
    """Show what the files in PATH would change, and every error with its line. Writes nothing."""
    with system_session(reads=True) as session:
        plan = compare(session, bundle(path))
        weigh(session, plan)
        difference, years = plan.difference, undecided(session, today())
    printing.show(difference)
    if years:
        printing.out.print(f"No decree of administrative leave is entered for: {', '.join(map(str, years))}.")
    if difference.problems:
        sys.exit(1)
    if not difference.differs:
        printing.out.print("No change.")


@seed.command("apply")
@click.argument("path", type=PATH)
@click.option(
    "--once", is_flag=True, help="Leave out files applied before exactly as they are: later edits at the desks stay."
)
def apply_command(path: Path, *, once: bool) -> None:
    """Make the database as the files in PATH want it: all of it or nothing."""
    files = bundle(path)
    try:
        with printing.progress("Applying") as progress, system_session() as session:
            files = not_yet_applied(session, files) if once else files
            difference = apply(session, files, current_app.extensions["storage"], progress=progress)
    except Faulty as faulty:
        printing.show(faulty.difference)
        printing.out.print("Nothing was written.")
        sys.exit(1)
    if difference.differs:
        printing.show(difference)
    printing.out.print("Applied." if difference.differs else "No change.")
