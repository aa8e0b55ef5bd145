"""Letters about a password: in the language of the account, whatever language the page was asked in."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from models import Letter
from services.sign_in import LANGUAGES
from services.sign_in_letters import TEXTS, UNLOCK
from tests.people import a_town, letters_asked_for, looking

ENGLISH = {subject for subject, _sentence, _go in TEXTS.values()}
NEW, NEXT = "yepyeni-bir-parola-42", "dort-kelime-uzun-parola-43"


def an_account(app: Flask, language: str) -> str:
    with app.app_context(), a_town() as t:
        t.user("ayse@demo.edu.tr", "Ayşe <Öz>").language = language
    return "ayse@demo.edu.tr"


def letters(app: Flask) -> list[Letter]:
    with looking(app) as s:
        found = list(s.scalars(select(Letter).order_by(Letter.id)))
        s.expunge_all()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_forgetting_setting_and_changing_a_password_is_told_in_the_language_of_the_account(
    app: Flask, language: str
) -> None:
    email, client = an_account(app, language), app.test_client()
    asked_in = {"Accept-Language": "en" if language == "tr" else "tr"}
    client.post("/reset", data={"email": email}, headers=asked_in)
    letters_asked_for(app)
    link = re.search(r"http://\S+(/reset/\S+)", letters(app)[0].text)
    assert link
    client.post(link[1], data={"password": NEW, "password_confirm": NEW}, headers=asked_in)
    client.post("/login", data={"email": email, "password": NEW}, headers=asked_in)
    client.post("/change", data={"password": NEW, "new_password": NEXT, "new_password_confirm": NEXT}, headers=asked_in)
    written = letters(app)
    assert [(each.reader, each.language, each.subject in ENGLISH) for each in written] == [
        (template.rsplit("/", 1)[-1], language, language == "en") for template in TEXTS if template != UNLOCK
    ]
    assert [len(re.findall(r"https?://\S+", each.text)) for each in written] == [1, 1, 1]
    assert ["Ayşe &lt;Öz&gt;" in each.html for each in written] == [True] * 3
