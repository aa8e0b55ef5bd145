"""The commands an IT officer types; each command group stands in the room of what it does."""

from flask import Flask

from seed import importers
from seed.demo import demo
from seed.many import many
from seed.reference_commands import seed
from seed.student_commands import students


def install(app: Flask) -> None:
    """Register every command group, and what the IT desk applies by the same code."""
    seed.add_command(demo)
    seed.add_command(many)
    app.cli.add_command(seed)
    app.cli.add_command(students)
    importers.install(app)
