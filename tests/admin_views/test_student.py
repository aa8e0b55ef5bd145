"""The student's own pages: where an application stands, what it counts and what is still to come."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Application, DraftPage, Enrolment, Letter
from services.sign_in import today
from services.tracker import track
from tests.people import TODAY, a_town, looking, sign_in
from tests.university import University
from workflow.words import ApplicationState, ChangeKind, ChangeState, Page, Programme

S = ApplicationState
_TOOK_PLACE = [
    (stop, "done") for stop in ("Draft begun", "Submitted", "Approved", "Internship started", "Internship ended")
]
_CLOSING = {
    S.COMPLETION: [("Completion handed in", "done"), ("Commission's assessment", "now")],
    S.RETURNED: [("Returned for correction", "now"), ("Commission's assessment", "ahead")],
    S.ACCEPTED: [("Completion handed in", "done"), ("All days accepted", "done")],
    S.PARTLY_ACCEPTED: [("Completion handed in", "done"), ("Days partly accepted", "done")],
    S.NOT_ACCEPTED: [("Completion handed in", "done"), ("Days not accepted", "ended")],
}


@pytest.mark.parametrize(
    ("state", "stops"),
    [
        (ApplicationState.WITHDRAWN, [("Draft begun", "done"), ("Submitted", "done"), ("Withdrawn", "ended")]),
        (
            ApplicationState.CANCELLED,
            [("Draft begun", "done"), ("Submitted", "done"), ("Approved", "done"), ("Cancelled", "ended")],
        ),
        (
            ApplicationState.APPROVED,
            [
                ("Draft begun", "done"), ("Submitted", "done"), ("Approved", "done"), ("Internship starts", "now"),
                ("Internship ends", "ahead"), ("Completion handed in", "ahead"), ("Commission's assessment", "ahead"),
            ],
        ),
        *((state, [*_TOOK_PLACE, *closing]) for state, closing in _CLOSING.items()),
    ],
)  # fmt: skip
def test_the_way_of_an_application_ends_where_it_stopped(state: ApplicationState, stops: Any) -> None:
    row = Application(
        state=state, created_at=TODAY, submitted_at=TODAY, starts_on=date(2026, 7, 6), ends_on=date(2026, 7, 31)
    )
    after = state in _CLOSING
    assert [(m.label, m.standing) for m in track(row, [], date(2026, 8, 3) if after else TODAY)] == stops


def test_an_internship_that_ended_is_completed_whether_it_was_stopped_or_not() -> None:
    days = {"created_at": TODAY, "submitted_at": TODAY, "starts_on": date(2026, 7, 6), "ends_on": date(2026, 7, 31)}
    after = date(2026, 8, 3)
    for state, why, ended in ((S.APPROVED, None, "Internship ended"), (S.STOPPED, "Hastalandım.", "Stopped")):
        *_way, end, hand_in, _assessment = track(Application(state=state, stop_reason=why, **days), [], after)
        assert (end.label, end.standing) == (ended, "done")
        assert (hand_in.standing, str(hand_in.turn)) == ("now", "Your turn: complete the internship.")


def test_a_student_sees_each_day_of_a_submitted_file_and_whether_it_counts(university: University) -> None:
    pk = university.applications["ayse submitted"]
    page = university.people["ayse"].get(f"/my-applications/details/?id={pk}").text
    with looking(university.app) as s:
        row = s.get_one(Application, pk)
        days = (row.ends_on - row.starts_on).days + 1  # type: ignore[operator]
    assert len(re.findall(r'<tr class="day-', page)) == days


def test_a_letter_reaches_a_student_who_is_enrolled_elsewhere_by_now(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        mine, theirs = t.department(), t.department()
        student = t.student(theirs)
        student.user.language = "en"
        row = t.application(student, mine)
        member = t.member(mine)
        t.session.flush()
        pk, user_id, version = row.id, student.user_id, row.version
        t.session.expunge(member)
    answer = sign_in(app, member).post(
        f"/applications/step/{pk}/reject", data={"version": version, "reason": "Belge eksik.", "pages": ["files"]}
    )
    assert answer.status_code == 302
    with looking(app) as s:
        letter = s.scalars(select(Letter).where(Letter.reader == "student")).one()
        assert (letter.user_id, letter.language) == (user_id, "en")


def test_drafts_are_told_apart_by_what_is_known_of_them(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        student, firm, kind = t.student(of), t.institution("Demir Çelik A.Ş."), t.internship_type(of)
        picked = {"pick": str(firm.id), "starts_on": "2027-07-05", "ends_on": "2027-07-30"}
        typed = {"pick": "new", "name": "Iğdır Yazılım", "starts_on": "2027-13-45"}
        for institution in (picked, typed, {}):
            draft = t.draft(student, of)
            pages = {Page.INTERNSHIP: {"internship_type": str(kind.id)}, Page.INSTITUTION: institution}
            for page, words in pages.items():
                about = {"application_id": draft.id, "student_id": student.id, "page": page}
                t.add(DraftPage(typed=words, valid=False, **about))
        t.session.flush()
        user, name = student.user, kind.name
        t.session.expunge(user)
    client = sign_in(app, user)
    for path in ("/my-applications/", "/apply/"):
        text = client.get(path).text
        assert [text.count(known) for known in (name, "Demir Çelik A.Ş.", "Iğdır Yazılım", "30 Tem 2027")] == [
            3,
            1,
            1,
            1,
        ]
        assert text.count("son kayıt: ") == 3


# -- what may be asked of an internship, from its own page --------------------------------------------------------------

DAYS = {"before": -1, "first day": 0, "last day": 27, "after": 28}  # the day of reading, counted from the first day
NOTHING: frozenset[str] = frozenset()
ASKED = {
    S.APPROVED: {
        "before": {"postpone", "hand_over"},
        "first day": {"extend", "stop", "hand_over"},
        "last day": {"extend", "stop", "hand_over"},
        "after": {"hand_over"},
    },
    **{state: dict.fromkeys(DAYS, frozenset({"hand_over"})) for state in (S.STOPPED, S.RETURNED)},
    **{
        state: dict.fromkeys(DAYS, NOTHING)
        for state in (
            S.DRAFT, S.SUBMITTED, S.REJECTED, S.WITHDRAWN, S.CANCELLED, S.COMPLETION,
            S.ACCEPTED, S.PARTLY_ACCEPTED, S.NOT_ACCEPTED,
        )
    },
}  # fmt: skip
CHANGED = {
    ChangeState.WITH_SUPERVISOR: False, ChangeState.WITH_COMMISSION: False, ChangeState.APPROVED: True,
    ChangeState.DECLINED: True, ChangeState.REJECTED: True, ChangeState.WITHDRAWN: True, ChangeState.LAPSED: True,
}  # fmt: skip


Files = dict[tuple[Any, ...], int]


@pytest.fixture(scope="module")
def internships(university: University) -> tuple[FlaskClient, Files]:
    """A student's files in every state, read on four days; approved ones also with a change in every state."""
    with university.app.app_context(), a_town() as t:
        of, files = t.department(), {}
        student, kind, term, firm = t.student(of), t.internship_type(of), t.term(), t.supervisor(t.institution())
        for when, day in DAYS.items():
            same = {"kind": kind, "term": term, "supervisor": firm, "starts_on": today() - timedelta(days=day)}
            for state in S:
                drafted = state is S.DRAFT
                made = t.draft(student, of) if drafted else t.application(student, of, state=state, **same)
                files[when, state] = made.id
            for change in CHANGED:
                made = t.application(student, of, state=S.APPROVED, **same)
                t.change(made, change.value)
                files[when, "change", change] = made.id
        user = student.user
        t.session.flush()
        t.session.expunge_all()
    return sign_in(university.app, user), files


def offered(client: FlaskClient, pk: int) -> set[str]:
    """The changes for which the page of a file has a link; each opens, and no other does."""
    page = client.get(f"/my-applications/details/?id={pk}")
    assert page.status_code == 200
    links = re.findall(r'href="(/my-changes/ask/[^"]+)"', page.text)
    opening = {k.value for k in ChangeKind if opens(client, f"/my-changes/ask/{pk}/{k.value}")}
    assert sorted(links) == sorted(f"/my-changes/ask/{pk}/{kind}" for kind in opening)
    return opening


def opens(client: FlaskClient, path: str) -> bool:
    """Whether there is a form at an address; another supervisor is asked for on a page of its own."""
    answer = client.get(path, follow_redirects=True)
    return answer.status_code == 200 and answer.request.path.startswith("/my-changes/")


@pytest.mark.parametrize("when", DAYS)
@pytest.mark.parametrize("state", S)
def test_a_file_offers_the_changes_of_its_state_and_day(
    internships: tuple[FlaskClient, Files], state: ApplicationState, when: str
) -> None:
    client, files = internships
    assert offered(client, files[when, state]) == ASKED[state][when]


@pytest.mark.parametrize("when", DAYS)
@pytest.mark.parametrize("change", CHANGED)
def test_nothing_is_offered_while_a_change_is_open(
    internships: tuple[FlaskClient, Files], change: ChangeState, when: str
) -> None:
    client, files = internships
    assert offered(client, files[when, "change", change]) == (ASKED[S.APPROVED][when] if CHANGED[change] else NOTHING)


def test_a_double_major_reads_what_each_programme_still_asks_for(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        major, second = t.department("BIL"), t.department("MAT")
        student = t.student(major)
        both = {"student_id": student.id, "programme": Programme.DOUBLE_MAJOR, "class_year": 3}
        t.add(Enrolment(department_id=second.id, **both))
        kinds = t.internship_type(major), t.internship_type(second)
        kinds[1].total_days = 30
        t.ledger_line(student, kinds[0], 19)
        t.ledger_line(student, kinds[1], 10)
        t.application(student, major, kind=kinds[0], state=S.APPROVED)
        t.application(student, second, kind=kinds[1], state=S.REJECTED)
        someone = t.student(second)
        t.ledger_line(someone, kinds[1], 6)
        user, names = student.user, [kind.name for kind in kinds]
        t.session.flush()
        t.session.expunge_all()
    page = sign_in(app, user).get("/my-obligation/").text
    sections = re.findall(
        r'<section class="sheet owing">.*?<h2>([^<]+)</h2><span class="dim">([^<]+)</span>(.*?)</section>',
        page,
        re.DOTALL,
    )
    told = [
        (of, programme, re.findall(r"<h3[^>]*>([^<]+)<", rest), re.findall(r"<dd>(?:<strong>)?([^<]+)<", rest))
        for of, programme, rest in sections
    ]
    assert told == [  # owed in all, credited, still owed, planned, not planned yet
        ("Bölüm BIL", "Ana dal", [names[0]], ["40", "9½", "30½", "20", "10½"]),
        ("Bölüm MAT", "Çift ana dal", [names[1]], ["30", "5", "25", "0", "25"]),
    ]
    lines = re.findall(r'<tr data-line="\d+"', page)
    assert len(lines) == 2
