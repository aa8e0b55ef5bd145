"""A million rows in one transaction, on either database: secondary indexes and references aside, then built anew.

Whatever happens on the way, the database is afterwards either as before or complete.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import Engine, Index, Table
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex, ForeignKeyConstraint

Rows = Sequence[tuple[Any, ...]]


class Load(Protocol):
    """An open load: rows in, and at the end everything that was put aside."""

    def write(self, table: Table, columns: Sequence[str], rows: Rows) -> None:
        """Add rows, given in the form the database stores."""

    def steps(self, tables: Sequence[Table]) -> Iterator[str]:
        """Put back what was set aside, saying before each step what it does."""


@contextmanager
def loading(engine: Engine, tables: Sequence[Table]) -> Iterator[Load]:
    """One load into `tables`, committed at the end; nothing is kept if the block fails."""
    opened = _sqlite if engine.dialect.name == "sqlite" else _postgresql
    with opened(engine, tables) as load:
        yield load


@contextmanager
def _sqlite(engine: Engine, tables: Sequence[Table]) -> Iterator[Load]:
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 -- tells the types which engine it is
    for pragma in ("foreign_keys = OFF", "cache_size = -40000", "temp.cache_size = -8000", "threads = 1"):
        connection.execute(f"PRAGMA {pragma}")
    _journal(connection, "TRUNCATE")  # new pages go straight into the file instead of twice through the log
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            load = SqliteLoad(connection, engine, tables)
            yield load
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("PRAGMA analysis_limit = 2000")
        connection.execute("ANALYZE")
    finally:
        _journal(connection, "WAL")
        pooled.invalidate()  # these settings are for the load alone
        pooled.close()


def _journal(connection: sqlite3.Connection, mode: str) -> None:
    try:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    except sqlite3.OperationalError:  # somebody else has the file open: the load is slower, not wrong
        return


class SqliteLoad:
    """Tables that are ordered by their words are filled from a sorted stage; everything else by executemany."""

    def __init__(self, connection: sqlite3.Connection, engine: Engine, tables: Sequence[Table]) -> None:
        self._connection, self._engine = connection, engine
        for table in tables:
            for index in table.indexes:
                connection.execute(f"DROP INDEX IF EXISTS {index.name}")
            if _ordered_by_word(table):
                connection.execute(
                    f"CREATE TEMP TABLE staged_{table.name} ({', '.join(c.name for c in table.columns)})"
                )

    def write(self, table: Table, columns: Sequence[str], rows: Rows) -> None:
        into = f"staged_{table.name}" if _ordered_by_word(table) else f'"{table.name}"'
        places = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {into} ({', '.join(columns)}) VALUES ({places})", rows)

    def steps(self, tables: Sequence[Table]) -> Iterator[str]:
        for table in tables:
            if _ordered_by_word(table):
                yield f"Sorting {table.name}"
                columns = ", ".join(c.name for c in table.columns)
                key = ", ".join(c.name for c in table.primary_key)
                self._connection.execute(
                    f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM staged_{table.name} ORDER BY {key}"
                )
                self._connection.execute(f"DROP TABLE staged_{table.name}")
        for index in _indexes(tables):
            yield f"Building {index.name}"
            self._connection.execute(str(CreateIndex(index).compile(dialect=self._engine.dialect)))


@contextmanager
def _postgresql(engine: Engine, tables: Sequence[Table]) -> Iterator[Load]:
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101 -- tells the types which engine it is
    try:
        with connection.transaction():
            connection.execute("SET LOCAL maintenance_work_mem = '128MB'")
            connection.execute("SET LOCAL synchronous_commit = off")
            yield PostgresqlLoad(connection, engine, tables)
        connection.autocommit = True
        for table in tables:
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table.name)))
    finally:
        pooled.invalidate()
        pooled.close()


class PostgresqlLoad:
    """COPY into bare tables; the references are checked when they are put back."""

    def __init__(self, connection: psycopg.Connection[Any], engine: Engine, tables: Sequence[Table]) -> None:
        self._connection, self._engine = connection, engine
        for table in tables:
            for index in table.indexes:
                self._say(DropIndex(index, if_exists=True))
            for constraint in _set_aside(table):
                self._say(DropConstraint(constraint))

    def write(self, table: Table, columns: Sequence[str], rows: Rows) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def steps(self, tables: Sequence[Table]) -> Iterator[str]:
        for table in tables:
            if _ordered_by_word(table):
                yield f"Building {table.primary_key.name}"
                self._say(AddConstraint(table.primary_key, isolate_from_table=False))
            elif "id" in table.columns:
                self._connection.execute(
                    sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}").format(
                        sql.Literal(table.name), sql.Identifier(table.name)
                    )
                )
        for index in _indexes(tables):
            yield f"Building {index.name}"
            self._say(CreateIndex(index))
        for table in tables:
            yield f"Checking what {table.name} refers to"
            for constraint in _references(table):
                self._say(AddConstraint(constraint, isolate_from_table=False))

    def _say(self, statement: Any) -> None:
        self._connection.execute(str(statement.compile(dialect=self._engine.dialect)).encode())


def _ordered_by_word(table: Table) -> bool:
    """Tables kept in the order of their words: their rows come unsorted, so the order is made at the end."""
    return "id" not in table.columns


def _indexes(tables: Sequence[Table]) -> list[Index]:
    return [index for table in tables for index in sorted(table.indexes, key=lambda i: str(i.name))]


def _references(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda c: str(c.name))


def _set_aside(table: Table) -> list[Any]:
    return [*_references(table), *([table.primary_key] if _ordered_by_word(table) else [])]
