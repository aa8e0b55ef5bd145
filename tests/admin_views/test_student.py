"""The student's own pages: where an application stands, what it counts and what is still to come."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Application, DraftPage, Letter
from services.tracker import track
from tests.people import TODAY, a_town, looking, sign_in
from tests.university import University
from workflow.words import ApplicationState, Page

S = ApplicationState
_TOOK_PLACE = [(stop, "done") for stop in ("Written", "Submitted", "Approved", "Internship starts", "Internship ends")]
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
        (ApplicationState.WITHDRAWN, [("Written", "done"), ("Submitted", "done"), ("Withdrawn", "ended")]),
        (
            ApplicationState.CANCELLED,
            [("Written", "done"), ("Submitted", "done"), ("Approved", "done"), ("Cancelled", "ended")],
        ),
        (
            ApplicationState.APPROVED,
            [
                ("Written", "done"), ("Submitted", "done"), ("Approved", "done"), ("Internship starts", "now"),
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
    for state, why, ended in ((S.APPROVED, None, "Internship ends"), (S.STOPPED, "Hastalandım.", "Stopped")):
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
