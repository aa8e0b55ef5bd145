"""What every test may ask for: an application over an empty, migrated database, on both engines."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.databases import Databases, served
from tests.university import University, a_university

pytest_plugins = ["tests.turkish", "tests.clock"]


def pytest_configure() -> None:
    """What is imported stays: the collector need not walk it again for every application a test makes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests share their university and run together; a walk through every page of a role is its own."""
    for item in items:
        walk = item.name if "/browser/test_every_page" in item.nodeid else ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}{walk}"))


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
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole application over that database; forms need no token here (the browser tests send it)."""
    with served(database_url, tmp_path) as app:
        yield app


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def university(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[University]:
    """Two departments with everybody in them, one for all tests of a module: leave it as you found it."""
    url = databases.fresh(request.param)
    with served(url, tmp_path_factory.mktemp("university")) as app:
        yield a_university(app)
    databases.drop(url)
