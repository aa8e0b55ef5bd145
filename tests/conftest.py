"""What every test may ask for: an application over an empty, migrated database, on both engines."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from models import db
from services.settings import Settings
from tests.databases import SETTINGS, Databases


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The machine room: one PostgreSQL and one migrated SQLite file for the whole run."""
    room = Databases()
    yield room
    room.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """An empty, migrated database of this test's own."""
    url = databases.fresh(request.param)
    yield url
    databases.drop(url)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The whole application over that database; forms need no token here (the browser tests send it)."""
    app = create_app(Settings(database_url=database_url, **SETTINGS))
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
