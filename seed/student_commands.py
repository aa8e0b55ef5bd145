"""`flask students import` and `flask students refresh`: our students after the student database."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from seed import printing
from services.changes import Difference, Faulty
from services.refresh import import_students
from services.scope import system_session
from services.seal import Seal
from services.student_view import DIRECTORY
from services.tables import Line, Unreadable, read_table

students = AppGroup("students", help="Students, as the student database knows them.")


@students.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_command(path: Path) -> None:
    """Take the students in a CSV or XLSX file: new ones come, known ones follow. All of it or nothing."""
    bring_in(read_table(path.name, path.read_bytes()), path.name)


@students.command("refresh")
def refresh_command() -> None:
    """Take every student of the configured SQL view (STUDENT_DIRECTORY_URL, STUDENT_DIRECTORY_QUERY)."""
    view = current_app.extensions.get("student_view")
    if view is None:
        raise click.ClickException(
            "No student directory is configured: set STUDENT_DIRECTORY_URL and STUDENT_DIRECTORY_QUERY."
        )
    bring_in(view.everybody(), "directory")


def bring_in(lines: Iterable[Line], source: str) -> None:
    """Take every row or none, and say what changed; ends the command when a row is wrong."""
    difference, seal = Difference(), Seal(current_app.extensions["staj"].national_id_key)
    try:
        with printing.progress("Students") as progress, system_session() as session:
            import_students(session, lines, difference, seal=seal, by=DIRECTORY, source=source, progress=progress)
    except (Faulty, Unreadable) as wrong:
        difference.problems.extend([wrong.problem] if isinstance(wrong, Unreadable) else [])
        printing.show(difference)
        printing.out.print("Nothing was written.")
        sys.exit(1)
    printing.show(difference)
    printing.out.print("Applied." if difference.differs else "No change.")
