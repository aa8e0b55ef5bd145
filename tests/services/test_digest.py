"""The morning's summary: what waits for somebody who reviews, under their reach, once, on working days."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from models import Letter, Notice, User
from services import digest
from services.say import said
from services.scope import system_session
from services.sign_in import LANGUAGES, today
from tests.people import Town, a_town, sign_in
from workflow.reminders import DIGEST
from workflow.words import Actor, ApplicationState

S = ApplicationState
DAY = date(2026, 6, 10)  # a Wednesday
EARLY, FRESH = datetime(2026, 5, 4, 9, 30, tzinfo=UTC), datetime(2026, 6, 9, 9, 30, tzinfo=UTC)


def written() -> dict[str, list[str]]:
    """What each address was told: count, words and note of each line."""
    with system_session() as s:
        return {
            letter.to_email: re.findall(r"^- (.+): http", letter.text, re.MULTILINE)
            for letter in s.scalars(select(Letter).order_by(Letter.id))
        }


def a_full_house(t: Town) -> dict[str, User]:
    """Two departments with work waiting in each, and somebody in every duty."""
    civil, mining = t.department(), t.department()
    for _ in range(2):
        t.application(t.student(civil), civil, submitted_at=EARLY)
    t.application(t.student(civil), civil, submitted_at=FRESH)
    t.application(t.student(civil), civil, state=S.COMPLETION, starts_on=date(2026, 4, 6))
    asked = t.application(t.student(civil), civil, state=S.APPROVED)
    t.change(asked, "with_commission", asked_at=FRESH)
    t.change(t.application(t.student(civil), civil, state=S.APPROVED), "with_supervisor")
    t.request(asked.student, civil, asked_at=EARLY)
    t.request(asked.student, civil, "answered")
    t.application(t.student(mining), mining, submitted_at=FRESH)
    t.declaration(asked, aim_on=DAY - timedelta(days=1), due_on=DAY)
    t.declaration(asked, "exit", aim_on=DAY + timedelta(days=5), due_on=DAY + timedelta(days=5))
    t.declaration(asked, "correction", aim_on=DAY + timedelta(days=8), due_on=DAY + timedelta(days=8))
    t.declaration(asked, "cancellation", "sent", aim_on=DAY, due_on=DAY)
    both = t.member(civil)
    t.member(mining, Actor.CHAIR, user=both)
    own = t.student(mining)
    t.application(own, civil, submitted_at=FRESH)
    left = t.member(civil)
    left.memberships[0].ends_on = DAY - timedelta(days=1)
    return {
        "civil": t.member(civil), "mining": t.chair(mining), "both": both, "own": t.member(civil, user=own.user),
        "health": t.office(Actor.HEALTH_OFFICE), "it": t.office(Actor.IT), "left": left,
    }  # fmt: skip


def test_everybody_who_reviews_gets_one_letter_with_what_is_theirs(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            people = {name: user.email for name, user in a_full_house(t).items()}
        assert digest.summarise(DAY) == 5
        completion = "1 staj sonlandırması değerlendirme bekliyor (ilk biten staj: 3 Mayıs 2026)"
        change = "1 değişiklik talebi karar bekliyor (en eskisi: 9 Haziran 2026)"
        request = "1 öğrenci talebi yanıt bekliyor (geciken: 1; en eskisi: 4 Mayıs 2026)"
        assert written() == {
            people["civil"]: ["4 başvuru karar bekliyor (geciken: 2; en eskisi: 4 Mayıs 2026)", completion, change, request],
            people["mining"]: ["1 başvuru karar bekliyor (en eskisi: 9 Haziran 2026)"],
            people["both"]: ["5 başvuru karar bekliyor (geciken: 2; en eskisi: 4 Mayıs 2026)", completion, change, request],
            people["own"]: ["3 başvuru karar bekliyor (geciken: 2; en eskisi: 4 Mayıs 2026)", completion, change, request],
            people["health"]: ["2 SGK bildirgesinin süresi doldu ya da yedi gün içinde doluyor (geciken: 1; en eskisi: 9 Haziran 2026)"],
        }  # fmt: skip


def test_it_comes_once_a_day_and_not_on_a_day_off(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            a_full_house(t)
        assert [digest.summarise(DAY), digest.summarise(DAY)] == [5, 0]
        saturday, holiday = date(2026, 6, 13), date(2026, 7, 15)
        assert [digest.summarise(day) for day in (saturday, holiday)] == [0, 0]
        assert digest.summarise(DAY + timedelta(days=1)) == 5
        with system_session() as s:
            told = s.execute(select(Notice.what, Notice.due_on)).all()
            assert {tuple(x) for x in told} == {(DIGEST, DAY), (DIGEST, DAY + timedelta(days=1))}


def test_nothing_waiting_is_no_letter_and_who_wants_none_gets_none(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            t.member(of), t.office(Actor.HEALTH_OFFICE), t.office(Actor.CAREER_CENTRE)
        assert digest.summarise(DAY) == 0
        with a_town() as t:
            t.application(t.student(of), of, submitted_at=EARLY)  # its firm is not verified
            for user in t.session.scalars(select(User).where(User.memberships.any(actor=Actor.MEMBER))):
                user.unwanted = [DIGEST]
        assert digest.summarise(DAY) == 1
        assert [*written().values()] == [["1 kurum doğrulanmayı bekliyor (en eskisi: " + _now() + ")"]]


def _now() -> str:
    with force_locale("tr"):
        return said(today())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_leads_to_a_list_that_long(app: Flask, language: str) -> None:
    with app.app_context():
        with a_town() as t:
            people = a_full_house(t)
            for user in t.session.scalars(select(User)):
                user.language = language
        for name in ("civil", "health"):
            assert digest._write(people[name].id, people[name].name, today())
        with system_session() as s:
            letters = {letter.user_id: letter for letter in s.scalars(select(Letter))}
    for name in ("civil", "health"):
        letter = letters[people[name].id]
        lines: list[Any] = re.findall(r"^- (\d+) .*: (http\S+)$", letter.text, re.MULTILINE)
        links = re.findall(r'<a href="([^"]+)"><strong>(\d+)</strong>', letter.html)
        assert [(count, url) for url, count in links] == lines
        client = sign_in(app, people[name])
        for count, url in lines:
            page = client.get(url.removeprefix("http://127.0.0.1:8000"))
            assert page.status_code == 200
            shown = re.search(r'class="pager-count">(\d+)', page.text)
            assert shown
            assert shown[1] == count, url
        assert letter.html.count("/notifications/") == letter.text.count("/notifications/") == 1
