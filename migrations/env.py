"""Runs the migrations over the application's own engine, one run at a time on each database."""

import click
from alembic import context
from flask import current_app
from sqlalchemy import Connection

from models import db
from models.base import Instant

LOCK = 0x57AF  # PostgreSQL's name for "migrations of Staj run here"
PATIENCE_MS = 30 * 60 * 1000  # for which a second run on SQLite waits for the first


def render_item(kind: str, obj: object, _context: object) -> str | bool:
    """Write our column types as what the database stores."""
    if kind == "type" and isinstance(obj, Instant):
        return "sa.DateTime()"
    return False


def wait_in_line(connection: Connection) -> None:
    """Take the lock that the run before holds until its end; what it did is seen afterwards."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("SELECT 1")  # BEGIN IMMEDIATE: SQLite has one writer
    elif not connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({LOCK})").scalar():
        click.echo("Another upgrade is running; waiting for its end.", err=True)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def run() -> None:
    with current_app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
        )
        with context.begin_transaction():
            wait_in_line(connection)
            context.run_migrations()
        connection.commit()
        connection.invalidate()  # the next who connects waits as long as everybody


run()
