"""Typing our commands, and counting what they left."""

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from models import Model
from tests.people import looking


def run(app: Flask, *args: str) -> Any:
    """A command that must go well."""
    answer = app.test_cli_runner().invoke(args=args)
    assert answer.exit_code == 0, (answer.output[-2000:], answer.exception)
    return answer


def counted(app: Flask) -> dict[str, int]:
    """The rows of every table."""
    with looking(app) as s:
        return {t.name: s.scalar(select(func.count()).select_from(t)) or 0 for t in Model.metadata.sorted_tables}
