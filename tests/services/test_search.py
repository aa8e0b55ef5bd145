"""An application is found by whose it is and where it is done."""

from flask import Flask
from sqlalchemy import select

from models import SearchWord
from services.scope import enter, system_session
from services.search import index, words_of
from tests.people import a_town


def test_the_words_are_folded_and_forms_of_company_are_left_out() -> None:
    words = words_of("Iğdır Şen", "312045", "Çağ Yazılım San. ve Tic. Ltd. Şti.")
    assert words == {"igdir", "sen", "312045", "cag", "yazilim"}


def test_a_changed_institution_changes_the_words_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        with a_town() as town:
            of = town.department()
            student = town.student(of, "Ayşe", "Yılmaz")
            row, other = town.application(student, of), town.application(student, of)
            index(town.session, row, "Öz Karadeniz Tersanesi")
            index(town.session, row, "Öz Karadeniz Tersanesi")
        with system_session() as session:
            found = {key: set() for key in (row.id, other.id)}
            for word in session.scalars(select(SearchWord)):
                found[word.application_id].add(word.word)
    assert found[row.id] == {"ayse", "yilmaz", student.number, "oz", "karadeniz", "tersanesi"}
    assert found[other.id] == {"ayse", "yilmaz", student.number, "kaya", "yazilim"}


def test_a_student_indexes_their_own_application_within_their_reach(app: Flask) -> None:
    with app.app_context():
        with a_town() as town:
            of = town.department()
            student = town.student(of)
            row = town.application(student, of)
            standing = town.standing(student.user)  # type: ignore[arg-type]
        with system_session() as session:
            enter(session, standing)
            index(session, row, "Başka Kurum")
        with system_session() as session:
            assert {w.word for w in session.scalars(select(SearchWord))} >= {"baska", "kurum"}
