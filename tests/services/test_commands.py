"""The commands about what is already there, as an IT officer types them."""

import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from models import db
from services.documents import give
from services.storage import Storage
from tests.people import a_town

DAY = 24 * 3600


def run(app: Flask, *args: str) -> Any:
    return app.test_cli_runner().invoke(args=args)


@pytest.fixture
def store(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A folder as storage, so that a file can be old."""
    kept = Storage(f"file://{tmp_path}/files")
    monkeypatch.setitem(app.extensions, "storage", kept)
    return kept


def put(store: Storage, folder: Path, key: str, *, days_old: int) -> None:
    body = folder / "body"
    body.write_bytes(b"staj")
    store.put(key, body)
    then = body.stat().st_mtime - days_old * DAY
    os.utime(folder / "files" / key, (then, then))


def test_the_sweep_takes_old_files_of_no_row_and_leaves_uploads_under_way(
    app: Flask, store: Storage, tmp_path: Path
) -> None:
    with app.app_context(), a_town() as town:
        of = town.department()
        application = town.draft(town.student(of), of)
        give(town.session, town.document(application, key="kept/document"), application)
        town.publication(of, storage_key="kept/form", filename="form.pdf", size=4, content_type="application/pdf")
    for key, days in {"kept/document": 9, "kept/form": 9, "lost/old": 2, "lost/fresh": 0}.items():
        put(store, tmp_path, key, days_old=days)
    answer = run(app, "files", "sweep")
    left = {str(p.relative_to(tmp_path / "files")) for p in (tmp_path / "files").rglob("*") if p.is_file()}
    assert (answer.exit_code, answer.output) == (0, "1 files removed.\n")
    assert left == {"kept/document", "kept/form", "lost/fresh"}


def test_the_audit_says_that_every_chain_holds_or_which_file_does_not(app: Flask) -> None:
    with app.app_context(), a_town() as town:
        of = town.department()
        key = town.application(town.student(of), of).id
    broken = run(app, "audit", "verify")  # made without a history: its state is nobody's decision
    assert (broken.exit_code, broken.stdout.splitlines()[0]) == (
        1,
        f"application {key}: its state is not the one its last step left",
    )
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM search_word"))
        connection.execute(text("DELETE FROM application"))
    assert run(app, "audit", "verify").exit_code == 0
