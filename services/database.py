"""How each database is opened: one behaviour on both."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event

PRAGMAS = (
    "busy_timeout = 5000",  # first: the others may wait for the lock
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    "cache_size = -20000",
)


@event.listens_for(Engine, "connect")
def _open(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """A unit of work that may write takes SQLite's one write lock at once, so it never fails half-way."""
    reads = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
    if connection.dialect.name == "sqlite" and not reads:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
