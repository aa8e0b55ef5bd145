"""Runs the migrations over the application's own engine."""

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from models import db
from models.base import Instant


def render_item(kind: str, obj: object, _context: AutogenContext) -> str | bool:
    """Write our column types as what the database stores."""
    if kind == "type" and isinstance(obj, Instant):
        return "sa.DateTime()"
    return False


def run() -> None:
    with current_app.app_context(), db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
