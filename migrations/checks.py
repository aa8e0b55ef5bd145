"""CHECKs and text types that change with the law, written anew where they stand, on both databases.

SQLite would copy the whole table (and lose its triggers); its manual allows both to be rewritten in place.
"""

import re
from collections.abc import Callable, Sequence

from alembic import op


def take_words(table: str, column: str, words: Sequence[str]) -> None:
    """Let `table.column` take exactly these words, whether it does already or not: a word of the history stays on
    the way down, so that a full table goes down too.
    """
    name, condition = f"ck_{table}_{column}", f"{column} IN ({', '.join(repr(str(w)) for w in words)})"
    if _on_postgresql():
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, condition)
        return
    stands = re.compile(rf"(CONSTRAINT {name} CHECK \()[^()]*\([^()]*\)\)")
    if f"CONSTRAINT {name} CHECK ({condition})" in _written(table):
        return
    _rewrite(table, lambda sql: stands.sub(rf"\g<1>{condition})", sql))


def promise(table: str, name: str, condition: str) -> None:
    """Add a CHECK that every row keeps already."""
    if _on_postgresql():
        op.create_check_constraint(op.f(name), table, condition)
        return
    _rewrite(table, lambda sql: re.sub(r"\s*\)\s*$", f", \n\tCONSTRAINT {name} CHECK ({condition})\n)", sql))


def release(table: str, name: str) -> None:
    """Take back what `promise` added."""
    if _on_postgresql():
        op.drop_constraint(op.f(name), table, type_="check")
        return
    _rewrite(table, lambda sql: re.sub(rf", *\n\tCONSTRAINT {name} CHECK \([^\n]*\)(?=,|\n)", "", sql))


def take_type(table: str, column: str, was: str, becomes: str) -> None:
    """Let a text column be of another text type; SQLite keeps text of any length whatever the type says."""
    if _on_postgresql():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {becomes}")
        return
    stands = re.compile(rf"(\b{column} ){re.escape(was)}")
    _rewrite(table, lambda sql: stands.sub(rf"\g<1>{becomes}", sql, count=1))


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _written(table: str) -> str:
    run = op.get_bind().exec_driver_sql
    written: str = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    return written


def _rewrite(table: str, change: Callable[[str], str]) -> None:
    run, written = op.get_bind().exec_driver_sql, _written(table)
    anew = change(written)
    if anew == written:
        raise LookupError(f"the CHECK does not stand in {table} as expected")
    version: int = run("PRAGMA schema_version").scalar_one()
    run("PRAGMA writable_schema = ON")
    run("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (anew, table))
    run(f"PRAGMA schema_version = {version + 1}")
    run("PRAGMA writable_schema = OFF")
