"""Letters: whoever a step tells is told, in both languages, with one link and nothing left unsaid."""

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Attendance, ChangeRequest, Declaration, Evaluation, Letter, Request, Step
from services.letter_texts import TEXTS
from services.letters import Reader, compose
from services.scope import system_session
from services.sign_in import LANGUAGES
from services.standing import SYSTEM
from services.transition import take
from tests.people import SUBMITTED_AT, TODAY, a_town, looking
from tests.university import University
from workflow.transitions import MACHINES
from workflow.words import Action, Actor, ApplicationState

TOLD = [
    (machine.name, door.action, reader)
    for machine in MACHINES.values()
    for door in machine.table
    for reader in sorted(door.tells)
]
REASON = "Kaşe <b>eksik</b> & imza yok."


def test_every_step_that_tells_somebody_has_its_text_and_no_text_is_idle() -> None:
    assert set(TEXTS) == set(TOLD)


def _of(session: Session, university: University, machine: str) -> Any:
    """A row that this machine moves."""
    rows: dict[str, tuple[Any, int]] = {
        "application": (Application, university.applications["ayse returned"]),
        "change_request": (ChangeRequest, university.changes["ayse with_supervisor"]),
        "attendance": (Attendance, university.attendances["ayse approved"]),
        "evaluation": (Evaluation, university.evaluations["ayse approved"]),
        "request": (Request, university.requests["ayse open"]),
        "declaration": (Declaration, university.declarations["ayse done"]),
    }
    return session.get_one(*rows[machine])


class Plain(HTMLParser):
    """The text a reader sees and the links in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.tags = "", [], []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("machine", "action", "reader"), TOLD, ids=["-".join(t) for t in TOLD])
def test_a_letter_says_its_event_and_links_to_the_file_once(
    university: University, machine: str, action: Action, reader: Actor, language: str
) -> None:
    step = SimpleNamespace(id=1, machine=machine, action=action, reason=REASON)
    with looking(university.app) as session:
        row = _of(session, university, machine)
        link = f"http://127.0.0.1:8000/go/{machine}/{row.id}"
        letter = compose(step, row, reader, Reader("a@demo.edu.tr", "Ayşe <Öz>", language), link, TODAY)  # type: ignore[arg-type]
    page = Plain(letter.html)
    assert (letter.language, letter.reader, letter.link) == (language, reader.value, link)
    assert re.findall(r"https?://\S+", letter.text) == [link]
    assert page.links == [link]
    assert [said for said in (letter.subject, letter.text, page.text) if re.search(r"%\(|\{\{|None", said)] == []
    assert "script" not in page.tags
    assert "b" not in page.tags  # a reason is text, whatever is typed
    body = letter.text.split("\n\n")[1]
    assert (body in unescape(page.text), letter.subject in page.text) == (True, True)
    asks_reason = "%(reason)s" in TEXTS[machine, action, reader][1]
    assert (REASON in body, REASON in page.text) == (asks_reason, asks_reason)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["Kaşe eksik", "Kaşe eksik.", "Kaşe nerede?", "Kaşe eksik…"])
def test_a_sentence_ends_once_after_the_name_of_a_firm_and_after_a_reason(
    university: University, reason: str, language: str
) -> None:
    wrong = []
    with looking(university.app) as session:
        for machine, action, reader in TOLD:
            row = _of(session, university, machine)
            step = SimpleNamespace(id=1, machine=machine, action=action, reason=reason)
            letter = compose(step, row, reader, Reader("a@demo.edu.tr", "Ayşe", language), "x", TODAY)  # type: ignore[arg-type]
            body = letter.text.split("\n\n")[1]
            if re.search(r"\.\.|eksik [A-ZÇĞİÖŞÜ“%]|[?…]\.", body):
                wrong.append((machine, action.value, reader.value, body))
    assert wrong == []


def test_a_firm_reads_what_its_link_does(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        row = t.application(t.student(of), of, state=ApplicationState.APPROVED)
        change = t.change(row)
        t.session.refresh(change)
        said = {}
        for machine, action, about in (
            ("application", Action.APPROVE, row), ("change_request", Action.ASK, change),
        ):  # fmt: skip
            step = SimpleNamespace(id=1, machine=machine, action=action, reason="")
            reader = Reader("a@demo.edu.tr", "A", "en")
            letter = compose(step, about, Actor.EMPLOYER, reader, "http://x/1", TODAY)  # type: ignore[arg-type]
            said[machine] = letter.text.split("\n\n")[2]
        assert said == {"application": "To my interns: http://x/1", "change_request": "Answer the request: http://x/1"}


@pytest.mark.parametrize(("machine", "action", "reader"), TOLD, ids=["-".join(t) for t in TOLD])
def test_turkish_and_english_readers_get_different_words(
    university: University, machine: str, action: Action, reader: Actor
) -> None:
    step = SimpleNamespace(id=1, machine=machine, action=action, reason=REASON)
    with looking(university.app) as session:
        row = _of(session, university, machine)
        both = [compose(step, row, reader, Reader("a@demo.edu.tr", "Ayşe", code), "x", TODAY) for code in LANGUAGES]  # type: ignore[arg-type]
    assert len({(letter.subject, letter.text.split("\n\n")[1]) for letter in both}) == 2
    assert len({letter.subject for letter in both}) == 2


# the day each letter sets its reader: an internship from Monday 6 July to Sunday 2 August 2026, asked about on 4 May
SUNDAY_BEFORE, FRIDAY_BEFORE = "5 Temmuz Pazar", "3 Temmuz Cuma"
DEADLINES = {
    ("application", "submit", "member"): FRIDAY_BEFORE,
    ("application", "submit", "chair"): FRIDAY_BEFORE,
    ("application", "approve", "student"): SUNDAY_BEFORE,
    ("application", "approve", "health_office"): SUNDAY_BEFORE,
    ("application", "approve_late", "health_office"): "6 Temmuz Pazartesi",  # the Sunday before runs on
    ("application", "reject", "student"): "21 Haziran Pazar",  # the window of its policy: fifteen days
    ("application", "cancel", "health_office"): SUNDAY_BEFORE,
    ("application", "reopen", "student"): FRIDAY_BEFORE,
    ("application", "reopen", "member"): FRIDAY_BEFORE,
    ("application", "reopen", "chair"): FRIDAY_BEFORE,
    ("change_request", "ask", "employer"): "18 Mayıs Pazartesi",
    ("change_request", "agree", "member"): FRIDAY_BEFORE,
    ("change_request", "agree", "chair"): FRIDAY_BEFORE,
    ("change_request", "approve", "health_office"): "12 Temmuz Pazar",
    ("request", "ask", "member"): "11 Mayıs Pazartesi",
    ("request", "ask", "chair"): "11 Mayıs Pazartesi",
    ("request", "ask_again", "member"): "11 Mayıs Pazartesi",
    ("request", "ask_again", "chair"): "11 Mayıs Pazartesi",
    ("request", "reopen", "member"): "11 Mayıs Pazartesi",
    ("request", "reopen", "chair"): "11 Mayıs Pazartesi",
    ("declaration", "fail", "student"): SUNDAY_BEFORE,
    ("application", "return", "student"): "12 Haziran Cuma",
    ("attendance", "return", "employer"): "12 Haziran Cuma",
    ("evaluation", "return", "employer"): "12 Haziran Cuma",
}
ENGLISH = {
    SUNDAY_BEFORE: "Sunday 5 July", FRIDAY_BEFORE: "Friday 3 July", "21 Haziran Pazar": "Sunday 21 June",
    "18 Mayıs Pazartesi": "Monday 18 May", "12 Temmuz Pazar": "Sunday 12 July", "11 Mayıs Pazartesi": "Monday 11 May",
    "12 Haziran Cuma": "Friday 12 June", "6 Temmuz Pazartesi": "Monday 6 July",
}  # fmt: skip
NAMED = {"tr": r"\d+ \w+ \w+ gününe kadar|\d+ \w+ \w+ günü saat", "en": r"by \w+day \d+ \w+|until \w+day \d+ \w+"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_sets_its_day_in_words_and_only_where_there_is_one(app: Flask, language: str) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        kind = t.internship_type(of, {"apply_days_before": {"value": 15, "article": "m. 9"}})
        row = t.application(t.student(of), of, state=ApplicationState.APPROVED, kind=kind)
        row.due_on = date(2026, 6, 12)
        rows = {
            "application": row,
            "attendance": t.attendance(row),
            "evaluation": t.evaluation(row, t.evaluation_form(of)),
            "change_request": t.change(row),
            "request": t.request(row.student, of),
            "declaration": t.declaration(row),
        }
        for made in rows.values():
            t.session.refresh(made)  # words as the database gives them back
        said = {}
        for machine, action, reader in TOLD:
            step = SimpleNamespace(id=1, machine=machine, action=action, reason=REASON)
            found = compose(
                step, rows[machine], reader, Reader("a@demo.edu.tr", "A", language), "x", SUBMITTED_AT.date()
            )  # type: ignore[arg-type]
            said[machine, action.value, reader.value] = found.text.split("\n\n")[1]
        told = {place for place, text in said.items() if re.search(NAMED[language], text)}
        assert told == set(DEADLINES)
        for place, day in DEADLINES.items():
            assert (day if language == "tr" else ENGLISH[day]) in said[place]


@pytest.mark.parametrize(
    ("kind", "decide", "declare"),
    [
        ("postpone", "3 Temmuz Cuma", ["12 Temmuz Pazar", "5 Temmuz Pazar"]),
        ("extend", "31 Temmuz Cuma", ["19 Ağustos Çarşamba"]),
        ("stop", "19 Ağustos Çarşamba", ["19 Ağustos Çarşamba"]),
    ],
)
def test_the_day_follows_from_the_kind_of_change(app: Flask, kind: str, decide: str, declare: list[str]) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        change = t.change(t.application(t.student(of), of, state=ApplicationState.APPROVED), kind=kind)
        t.session.refresh(change)

        def written(action: Action, reader: Actor) -> str:
            step = SimpleNamespace(id=1, machine="change_request", action=action, reason=REASON)
            return compose(step, change, reader, Reader("a@demo.edu.tr", "A"), "x", TODAY).text  # type: ignore[arg-type]

        assert decide in written(Action.AGREE, Actor.MEMBER)
        assert [d for d in declare if d not in written(Action.APPROVE, Actor.HEALTH_OFFICE)] == []


def test_a_rejected_application_whose_window_has_closed_is_told_to_choose_a_later_day(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        kind = t.internship_type(of, {"apply_days_before": {"value": 45, "article": "m. 9"}})
        row = t.application(t.student(of), of, state=ApplicationState.REJECTED, kind=kind)
        step = SimpleNamespace(id=1, machine="application", action=Action.REJECT, reason=REASON)
        letter = compose(step, row, Actor.STUDENT, Reader("a@demo.edu.tr", "A", "en"), "x", TODAY)  # type: ignore[arg-type]
        assert "applications close 45 days before the start, so choose a later first day" in letter.text


def test_a_supervisor_with_an_account_is_written_to_in_its_language(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of, boss = t.department(), t.user()
        boss.language = "en"
        row = t.application(t.student(of), of, supervisor=t.supervisor(t.institution(), boss))
        take(t.session, row, Action.APPROVE, standing=t.standing(t.member(of)), today=TODAY)
        told = t.session.execute(select(Letter.reader, Letter.language).order_by(Letter.reader)).all()
        assert [tuple(x) for x in told] == [("employer", "en"), ("student", "tr")]


def test_what_became_of_a_declaration_is_told_to_the_student_and_leads_to_the_internship(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        row = t.application(t.student(of), of, state=ApplicationState.APPROVED)
        office = t.standing(t.office(Actor.HEALTH_OFFICE))
        entry = t.declaration(row)
        t.session.refresh(entry)
        take(t.session, entry, Action.CONFIRM, standing=office, today=TODAY, values={"reference": "SGK-7"})
        letter = t.session.scalars(select(Letter)).one()
        assert (letter.user_id, letter.link) == (row.student.user_id, f"http://127.0.0.1:8000/go/application/{row.id}")
        assert "SGK-7" in letter.text


def test_everybody_a_step_tells_is_written_to_once_and_whoever_took_it_is_not(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of, other = t.department(), t.department()
            row = t.application(t.student(of), of, state=ApplicationState.APPROVED, starts_on=TODAY.replace(year=2099))
            chair, member = t.chair(of), t.member(of)
            t.member(other)
            left = t.member(of)
            left.memberships[0].ends_on = TODAY.replace(year=2021)
            closed = t.member(of)
            closed.active = False
            health = t.office(Actor.HEALTH_OFFICE)
            take(t.session, row, Action.CANCEL, standing=t.standing(chair), today=TODAY, reason="Kapandı.")
            written = t.session.execute(select(Letter.reader, Letter.to_email).order_by(Letter.reader)).all()
            assert [tuple(w) for w in written] == [
                ("employer", row.supervisor.email),
                ("health_office", health.email),
                ("member", member.email),
                ("student", row.email),
            ]


class Interrupted(Exception):
    pass


def test_a_step_that_is_undone_writes_no_letter(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            t.member(of)
            key = t.application(t.student(of), of).id
        with pytest.raises(Interrupted), system_session() as session:
            row = session.get_one(Application, key)
            take(session, row, Action.WITHDRAW, standing=SYSTEM, actor=Actor.STUDENT, today=TODAY)
            assert session.scalars(select(Letter.id)).all() != []
            raise Interrupted
        with system_session() as session:
            assert (session.scalars(select(Letter.id)).all(), session.scalars(select(Step.id)).all()) == ([], [])
