"""What a letter carries opens doors; whoever reads the database, or a copy of it, opens none."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, select, text

from models import Letter, db
from services import change_requests, reminders
from services.sign_in import today
from services.transition import take
from tests.people import a_town, letters_asked_for, looking
from workflow.words import Action, ChangeKind

OPENS = re.compile(r"/(?:answer|firm|reset|reminders)/([\w.~-]{16,})")


@pytest.fixture
def mailed(app: Flask) -> set[str]:
    """Every secret of every kind of letter that carries one, as its reader got it."""
    client = app.test_client()
    with app.app_context(), a_town() as t:
        of = t.department()
        supervisor = t.supervisor(t.institution())
        t.user("ayse@demo.edu.tr", "Ayşe Öz")
        row = t.application(t.student(of), of, supervisor=supervisor, starts_on=today() + timedelta(days=60))
        t.session.refresh(row)
        take(t.session, row, Action.APPROVE, standing=t.standing(t.member(of), today()), today=today())
        assert row.starts_on
        assert row.ends_on
        assert row.student.user
        change_requests.ask(
            t.session, row, ChangeKind.POSTPONE, starts_on=row.starts_on + timedelta(days=7),
            ends_on=row.ends_on + timedelta(days=7), why="Sınavım var.",
            standing=t.standing(row.student.user, today()), today=today(),
        )  # fmt: skip
    with app.app_context():
        reminders.remind(today() + timedelta(days=10))
    links = [x for (x,) in _said(app, "employer")]
    client.post(next(x for x in links if "/answer/" in x), data={"answer": "agree", "reason": ""})
    client.post(next(x for x in links if "/firm/" in x))
    client.post("/firm", data={"email": supervisor.email})
    client.post("/reset", data={"email": "ayse@demo.edu.tr"})
    letters_asked_for(app)
    with looking(app) as s:
        bodies = [f"{each.text} {each.html} {each.link}" for each in s.scalars(select(Letter))]
        codes = [
            re.findall(r"\b\d{6}\b", each.text)
            for each in s.scalars(select(Letter).where(Letter.reader == "answer_code"))
        ]
    kinds = {kind for body in bodies for kind in re.findall(r"/(answer|firm|reset|reminders)/", body)}
    assert (kinds, [len(found) for found in codes]) == ({"answer", "firm", "reset", "reminders"}, [1, 1])
    return {secret for body in bodies for secret in OPENS.findall(body)} | {code for found in codes for code in found}


def _said(app: Flask, reader: str) -> Iterator[tuple[str]]:
    with looking(app) as s:
        yield from [
            (link.partition("8000")[2],) for link in s.scalars(select(Letter.link).where(Letter.reader == reader))
        ]


def cells(app: Flask) -> Iterator[tuple[str, Any]]:
    """Every value of every table as it lies in the database, moments aside (their digits are nobody's secret)."""
    with app.app_context(), db.engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
        for table in found.sorted_tables:
            columns = [c.name for c in table.columns if not c.name.endswith(("_at", "_until")) and c.name != "at"]
            for row in connection.execute(
                text(f'SELECT {", ".join(f"{chr(34)}{c}{chr(34)}" for c in columns)} FROM "{table.name}"')
            ):
                yield from ((f"{table.name}.{name}", value) for name, value in zip(columns, row, strict=True))


def test_no_secret_that_was_mailed_lies_in_the_database(app: Flask, mailed: set[str]) -> None:
    lying = [(where, str(value)) for where, value in cells(app)]
    assert len(mailed) >= 6
    assert [(w, s) for w, value in lying for s in mailed if s in value] == []
    assert {w for w, value in lying if value.startswith("sealed:")} == {"letter.text", "letter.html", "letter.link"}


def test_another_deployments_key_opens_no_letter(app: Flask, mailed: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["staj"], "national_id_key", "another key " * 3)
    with pytest.raises(InvalidTag), looking(app) as s:
        s.scalars(select(Letter.link).where(Letter.link.is_not(None))).all()


def test_letters_written_before_are_locked_by_the_migration_and_opened_when_it_goes(app: Flask) -> None:
    plain = {"text": "Sayın Ali Kaya: http://x/firm/abc", "html": "<p>ğ</p>", "link": "http://x/firm/abc"}
    with app.app_context():
        with a_town() as t:
            t.session.add(
                Letter(reader="firm_link", to_email="a@b.example.com", to_name="A", language="tr", subject="S", **plain)
            )
        downgrade(revision="0013")
        before = _row()
        upgrade()
        after, read = _row(), _read()
    assert (before, read) == (plain, plain)
    assert [value.startswith("sealed:") for value in after.values()] == [True] * 3


def _row() -> dict[str, str]:
    with db.engine.connect() as connection:
        return dict(connection.execute(text("SELECT text, html, link FROM letter")).one()._mapping)


def _read() -> dict[str, str]:
    with a_town() as t:
        return dict(t.session.execute(select(Letter.text, Letter.html, Letter.link)).one()._mapping)
