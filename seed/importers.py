"""What the IT desk applies: the reference data and the students, by the same code as the commands."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from flask import Flask, current_app

from seed.apply import Progress, apply, weigh
from seed.difference import compare
from seed.files import Bundle
from seed.reference import TABLES
from services.changes import Difference
from services.directory import COLUMNS, OPTIONAL, records
from services.refresh import Refresh, import_students
from services.scope import system_session
from services.seal import Seal
from services.standing import Standing
from services.tables import Line, Unreadable, read_table
from workflow.say import Say

STEMS = frozenset(t.stem for t in TABLES)


class ReferenceImporter:
    """faculties, departments, … by their file names."""

    shapes = tuple((t.stem, tuple(c.name if c.required else f"[{c.name}]" for c in t.columns)) for t in TABLES)

    def check(self, files: Bundle) -> Difference:
        with system_session(reads=True) as session:
            plan = compare(session, files)
            weigh(session, plan)
            difference = plan.difference
        for name in files:
            if "/" not in name and PurePosixPath(name).stem not in STEMS | {"README", "students", "insurance_columns"}:
                known = ", ".join(t.stem for t in TABLES)
                difference.wrong(
                    name, 0, Say("No table is filled from a file of this name. Known names: %(names)s.", names=known)
                )
        return difference

    def apply(self, files: Bundle, by: Standing, progress: Progress) -> Difference:
        with system_session() as session:
            return apply(session, files, current_app.extensions["storage"], by, progress)


class StudentImporter:
    """One or several tables of students, whatever their names."""

    shapes = (("students", tuple(f"[{c}]" if c in OPTIONAL else c for c in COLUMNS)),)

    def check(self, files: Bundle) -> Difference:
        difference = Difference()
        lines = _lines(files, difference)
        with system_session(reads=True) as session:
            Refresh(session, _seal(), records(lines, difference), difference)
        return difference

    def apply(self, files: Bundle, by: Standing, progress: Progress) -> Difference:
        difference = Difference()
        lines = _lines(files, difference)
        with system_session() as session:
            return import_students(
                session, lines, difference, seal=_seal(), by=by, source=", ".join(files), progress=progress
            )


def _lines(files: Bundle, difference: Difference) -> Iterator[Line]:
    """The rows of all files; one that cannot be read on becomes a problem, and the next is read."""
    for name, data in files.items():
        try:
            yield from read_table(name, data)
        except Unreadable as unreadable:
            difference.problems.append(unreadable.problem)


def _seal() -> Seal:
    return Seal(current_app.extensions["staj"].national_id_key)


def install(app: Flask) -> None:
    """Offer both to the IT desk."""
    app.extensions["importers"] = {"reference": ReferenceImporter(), "students": StudentImporter()}
