"""The commission's queue: what it shows, whom it finds, who decides, and what a file says."""

import csv
import io
import re
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from models import Application, Letter, Step, utcnow
from services import audit
from services.audit import GENESIS
from services.standing import SYSTEM, standing_of
from services.transition import take
from tests.people import SUBMITTED_AT, a_town, looking, sign_in
from tests.queues import comes_second
from workflow.words import Action, Actor, ApplicationState

S = ApplicationState
pytestmark = pytest.mark.usefixtures("in_june")


@pytest.fixture
def world(app: Flask) -> Any:
    """Two departments; İğde Çınar and Ufuk Öz wait in ours, one file is decided, one is the neighbour's."""
    with app.app_context():
        with a_town() as t:
            ours, theirs = t.department("BIL"), t.department("INS")
            kind, other_kind = t.internship_type(ours), t.internship_type(ours)
            firm, plant = t.institution("Kaya Yazılım A.Ş."), t.institution("Çay İşletmeleri")
            igde, ufuk, deniz = (
                t.student(ours, "İğde", "Çınar"),
                t.student(ours, "Ufuk", "Öz"),
                t.student(ours, "Deniz", "Su"),
            )
            first = t.application(igde, ours, kind=kind, supervisor=t.supervisor(firm))
            second = t.application(
                ufuk,
                ours,
                kind=other_kind,
                supervisor=t.supervisor(plant),
                submitted_at=SUBMITTED_AT + timedelta(days=3),
                starts_on=date(2026, 8, 3),
            )
            decided = t.application(deniz, ours, kind=kind, supervisor=t.supervisor(firm), state=S.APPROVED)
            foreign = t.application(t.student(theirs, "Ayla", "Uzak"), theirs, supervisor=t.supervisor(firm))
            t.draft(deniz, ours)
            document = t.document(first)
            people = {
                "member": t.member(ours), "chair": t.chair(ours), "stranger": t.member(theirs), "centre": t.office(Actor.CAREER_CENTRE),
                "student": igde.user,
            }  # fmt: skip
            keys = {
                "first": first.id, "second": second.id, "decided": decided.id, "foreign": foreign.id, "kind": kind.id, "firm": firm.id,
                "term": first.term_id, "ours": ours.id, "theirs": theirs.id, "number": ufuk.number, "document": document.id,
            }  # fmt: skip
            t.session.flush()
            [t.session.expunge(u) for u in people.values()]
    return keys | {name: sign_in(app, user) for name, user in people.items()} | {"users": people}


def found(client: FlaskClient, **args: Any) -> list[int]:
    page = client.get("/applications/", query_string=args)
    assert page.status_code == 200
    return [int(pk) for pk in re.findall(r'details/\?[^"]*id=(\d+)" data-open', page.text)]


def approve(client: FlaskClient, pk: int, version: int = 0, **args: Any) -> Any:
    return client.post(f"/applications/step/{pk}/approve", data={"version": version}, query_string=args)


def test_what_waits_longest_comes_first_and_nothing_else_is_there(world: Any) -> None:
    assert found(world["member"]) == [world["first"], world["second"]]
    assert found(world["stranger"]) == [world["foreign"]]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"state": "approved"}, ["decided"]),
        ({"state": "all"}, ["second", "decided", "first"]),
        ({"state": "all", "type": "kind"}, ["decided", "first"]),
        ({"state": "all", "term": "term"}, ["first"]),
        ({"state": "all", "institution": "firm"}, ["decided", "first"]),
        ({"state": "all", "institution": "kaya yazılım"}, ["decided", "first"]),
        ({"state": "all", "institution": "ÇAY işletmeleri (Trabzon)"}, ["second"]),
        ({"department": "ours"}, ["first", "second"]),
        ({"department": "theirs"}, []),
        ({"submitted_from": "2026-05-07"}, ["second"]),
        ({"submitted_to": "2026-05-04"}, ["first"]),
        ({"start_from": "2026-07-07", "start_to": "2026-08-03"}, ["second"]),
        ({"state": "all", "order": "start"}, ["first", "decided", "second"]),
        ({"q": "igde"}, ["first"]),
        ({"q": "ÇINAR İĞ"}, ["first"]),
        ({"q": "kaya"}, ["first"]),
        ({"q": "number"}, ["second"]),
        ({"q": "ayla"}, []),
        ({"q": "a.ş."}, ["first", "second"]),
    ],
)
def test_filters_and_search_find_exactly_these(world: Any, args: dict[str, str], expected: list[str]) -> None:
    asked = {name: world.get(value, value) for name, value in args.items()}
    assert sorted(found(world["member"], **asked)) == sorted(world[name] for name in expected)
    if args.get("state") != "all" or "order" in args:
        assert found(world["member"], **asked) == [world[name] for name in expected]


def test_a_filter_that_cannot_be_read_is_said_and_left_out(world: Any) -> None:
    page = world["member"].get("/applications/?submitted_from=2026-02-30&institution=yok%20b%C3%B6yle&type=x")
    assert (page.status_code, page.text.count("data-row"), 'class="alert alert-warning"' in page.text) == (200, 2, True)


def test_the_career_centre_reads_everybodys_files_and_decides_none(world: Any) -> None:
    assert sorted(found(world["centre"])) == sorted([world["first"], world["second"], world["foreign"]])
    assert found(world["centre"], q="ayla") == [world["foreign"]]
    assert found(world["centre"], department=world["theirs"]) == [world["foreign"]]
    refused = approve(world["centre"], world["first"])
    assert refused.status_code == 302
    assert 'name="row"' not in world["centre"].get("/applications/").text


def test_approving_leads_to_the_next_file_of_the_same_filter(app: Flask, world: Any) -> None:
    answer = approve(world["member"], world["first"], q="", state="submitted")
    assert f"id={world['second']}" in answer.location
    assert "state=submitted" in answer.location
    last = approve(world["member"], world["second"])
    assert last.location.startswith("/applications/")
    assert "details" not in last.location
    with looking(app) as s:
        row = s.get_one(Application, world["first"])
        assert (row.state, row.version, row.decided_by_id) == (S.APPROVED, 1, world["users"]["member"].id)
        told = set(s.scalars(select(Letter.reader).join(Step, Step.id == Letter.step_id).where(Step.row_id == row.id)))
        assert told >= {"student", "employer"}


def test_deciding_in_the_list_leads_back_to_the_same_page_of_it(world: Any) -> None:
    answer = approve(world["member"], world["first"], list=1, q="igde", after="x")
    assert answer.location == f"/applications/?q=igde&after=x#r{world['first']}"


def test_a_rejection_needs_a_reason_and_a_page_and_keeps_what_was_typed(app: Flask, world: Any) -> None:
    url = f"/applications/step/{world['first']}/reject"
    kept = world["member"].post(url, data={"version": 0, "reason": "Kaşe eksik."})
    assert (kept.status_code, "Kaşe eksik." in kept.text) == (200, True)
    done = world["member"].post(url, data={"version": 0, "reason": "Kaşe eksik.", "pages": ["files", "dates"]})
    assert done.status_code == 302
    with looking(app) as s:
        row = s.get_one(Application, world["first"])
        assert (row.state, row.reason, row.pages) == (S.REJECTED, "Kaşe eksik.", ["files", "dates"])


def test_the_second_of_two_who_decide_is_told_and_writes_nothing(app: Flask, world: Any) -> None:
    assert approve(world["member"], world["first"], version=0).status_code == 302
    late = world["chair"].post(
        f"/applications/step/{world['first']}/reject",
        data={"version": 0, "reason": "Geç kaldım.", "pages": ["files"]},
        follow_redirects=True,
    )
    assert late.request.path == "/applications/details/"
    with looking(app) as s:
        assert s.get_one(Application, world["first"]).state == S.APPROVED
        assert (
            s.scalar(
                select(func.count())
                .select_from(Step)
                .where(Step.row_id == world["first"], Step.machine == "application")
            )
            == 1
        )


def test_whoever_is_told_that_somebody_was_faster_reads_what_they_typed(app: Flask, world: Any) -> None:
    with looking(app) as s:
        s.get_one(Application, world["first"]).version = 1  # corrected and handed in anew
    assert told_late(reject(world["chair"], world["first"])) == LATE
    assert approve(world["member"], world["first"], version=1).status_code == 302
    closed = "Durum “Onaylandı” iken “Reddet” yapılamaz."
    assert told_late(reject(world["chair"], world["first"])) == [closed, LATE[1]]


LATE = [
    "Bu kayıt siz açtıktan sonra başka biri tarafından değiştirildi. Hiçbir şey kaydedilmedi.",
    "Yazdığınız kaydedilmedi: Geç kaldım.",
]


def reject(client: FlaskClient, pk: int) -> Any:
    typed = {"version": 0, "reason": "Geç kaldım.", "pages": ["files"]}
    return client.post(f"/applications/step/{pk}/reject", data=typed, follow_redirects=True)


def told_late(answer: Any) -> list[str]:
    """What is said above the page."""
    return re.findall(
        r'<div class="alert alert-(?:danger|warning)" role=[^>]*>(?:<svg.*?</svg>)? <span>(.*?)</span>',
        answer.text,
        re.DOTALL,
    )


def test_a_line_of_history_that_did_not_queue_up_stops_a_step_with_a_sentence(app: Flask, world: Any) -> None:
    """The database lets one line be the next of a file, whoever forgot to wait; what was typed is not lost."""
    answers: list[Any] = []
    with looking(app) as rival:
        line = Step(
            machine="application", row_id=world["first"], seq=1, action=Action.ASSIGN, from_state="", to_state="",
            actor=Actor.CHAIR, by_name="Staj", at=utcnow(), facts={}, before=GENESIS, digest="0" * 64,
        )  # fmt: skip
        rival.add(line)
        second = comes_second(rival, lambda: answers.append(reject(world["chair"], world["first"])))
        one_at_a_time = rival.get_bind().dialect.name == "sqlite"  # it waited at the door, and has read the line
    second.join()
    assert (answers[0].status_code, told_late(answers[0])) == (200, [] if one_at_a_time else LATE)
    with looking(app) as s:
        assert s.get_one(Application, world["first"]).state is (S.REJECTED if one_at_a_time else S.SUBMITTED)


def test_two_at_the_very_same_moment_make_one_decision(app: Flask, world: Any) -> None:
    barrier = threading.Barrier(2)

    def decide(client: FlaskClient) -> None:
        barrier.wait()
        approve(client, world["first"])

    threads = [threading.Thread(target=decide, args=(world[who],)) for who in ("member", "chair")]
    [t.start() for t in threads]
    [t.join() for t in threads]
    with looking(app) as s:
        assert (
            s.scalar(
                select(func.count())
                .select_from(Step)
                .where(Step.row_id == world["first"], Step.machine == "application")
            )
            == 1
        )
        assert s.get_one(Application, world["first"]).version == 1


def test_a_resubmission_under_the_members_eyes_is_noticed(app: Flask, world: Any) -> None:
    with looking(app) as s:
        row, member = s.get_one(Application, world["first"]), world["users"]["member"]
        rejecter = standing_of(s, member.id, member.name, date(2026, 6, 1))
        take(
            s,
            row,
            Action.REJECT,
            standing=rejecter,
            today=date(2026, 6, 1),
            reason="Eksik.",
            pages=["files"],
        )
        take(s, row, Action.SUBMIT, standing=SYSTEM, actor=Actor.STUDENT, today=date(2026, 6, 1))
    assert approve(world["member"], world["first"], version=0).location.startswith("/applications/details/")
    with looking(app) as s:
        assert s.get_one(Application, world["first"]).state == S.SUBMITTED


def many(client: FlaskClient, action: str, rows: list[str], **typed: Any) -> str:
    """What the page says after a step on many files."""
    done = client.post(f"/applications/bulk/{action}", data={"row": rows, "asked": "yes", **typed})
    assert done.status_code == 303
    return client.get(done.location).text


def test_many_at_once_says_how_many_went_through_and_which_were_refused(app: Flask, world: Any) -> None:
    rows = [f"{world['first']}:0", f"{world['second']}:7", f"{world['foreign']}:0", "abc", f"{world['decided']}:0"]
    asked = world["member"].post("/applications/bulk/approve", data={"row": rows}, follow_redirects=True)
    assert (asked.status_code, 'name="asked"' in asked.text, "Ayla" in asked.text) == (200, True, False)
    done = many(world["member"], "approve", rows)
    assert ('data-taken="1"' in done, 'data-refused="4"' in done, "Ayla" in done) == (True, True, False)
    with looking(app) as s:
        states = {pk: s.get_one(Application, world[pk]).state for pk in ("first", "second", "foreign")}
        assert states == {"first": S.APPROVED, "second": S.SUBMITTED, "foreign": S.SUBMITTED}


def test_the_pages_of_deciding_many_can_be_reloaded_and_decide_nothing_twice(app: Flask, world: Any) -> None:
    member, data = world["member"], {"row": [f"{world['first']}:0", f"{world['second']}:7", f"{world['decided']}:0"]}
    asked = member.post("/applications/bulk/approve?list=1&q=x", data=data)
    pages = [member.get(asked.location).text for _ in range(2)]
    assert (asked.status_code, [p.count('name="row"') for p in pages], "q=x" in asked.location) == (303, [1, 1], True)
    assert [p.count('data-stay="2"') for p in pages] == [1, 1]  # what does not go is not sent along
    done = member.post(asked.location, data=data | {"asked": "yes"})
    told = [member.get(done.location) for _ in range(2)]
    assert (done.status_code, len(done.location) < 1000, "q=x" in done.location) == (303, True, True)
    said = [(t.status_code, t.text.count('data-taken="1"'), t.text.count('data-refused="2"')) for t in told]
    assert (said, "başka biri tarafından değiştirildi" in told[0].text) == ([(200, 1, 1)] * 2, True)
    with looking(app) as s:
        assert s.scalar(select(func.count()).select_from(Step).where(Step.machine == "application")) == 1
    for address in (done.location + "x", done.location.replace("approve?", "approve?told=x&")):
        assert member.get(address).status_code == 404
    assert world["chair"].get(done.location).status_code == 404  # whose result it is


def test_more_than_a_page_of_files_is_refused_before_any_is_decided(app: Flask, world: Any) -> None:
    rows = [f"{world['first']}:0", *(f"{n}:0" for n in range(900_000, 900_050))]
    answer = world["member"].post("/applications/bulk/approve", data={"row": rows, "asked": "yes"})
    assert (answer.status_code, answer.location) == (302, "/applications/")
    with looking(app) as s:
        assert s.get_one(Application, world["first"]).state == S.SUBMITTED


def test_a_rejected_file_is_not_reopened_over_another_one_of_the_student(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        first = t.session.get_one(Application, world["first"])
        before = t.application(first.student, first.department, state=S.REJECTED, starts_on=first.starts_on).id
        apart = t.application(first.student, first.department, state=S.REJECTED, starts_on=date(2026, 11, 2)).id
    refused, taken = (
        world["chair"].post(f"/applications/step/{pk}/reopen", data={"version": 0, "reason": "Yeniden bakalım."})
        for pk in (before, apart)
    )
    assert (refused.status_code, "çakışıyor" in refused.text, "Yeniden bakalım." in refused.text) == (200, True, True)
    assert taken.status_code == 302
    with looking(app) as s:
        assert [s.get_one(Application, pk).state for pk in (before, apart)] == [S.REJECTED, S.SUBMITTED]


def test_a_workbook_that_would_not_hold_every_row_is_refused_before_it_begins(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin_views.applications.SHEET", 2)
    member = world["member"]
    refused = member.get("/applications/export/xlsx?state=all&order=start")
    assert (refused.status_code, refused.location) == (302, "/applications/?state=all&order=start")
    assert "CSV olarak" in member.get(refused.location).text
    assert member.get("/applications/export/csv?state=all").status_code == 200
    assert member.get("/applications/export/xlsx").status_code == 200  # two rows: as many as it takes


def test_rejecting_many_asks_for_the_reason_once(app: Flask, world: Any) -> None:
    rows = [f"{world['first']}:0", f"{world['second']}:0"]
    without = world["member"].post("/applications/bulk/reject", data={"row": rows, "asked": "yes", "reason": " "})
    assert (without.status_code, "data-taken" in without.text) == (200, False)
    assert 'data-taken="2"' in many(world["member"], "reject", rows, reason="Form eski.", pages=["files"])
    with looking(app) as s:
        assert {s.get_one(Application, world[pk]).reason for pk in ("first", "second")} == {"Form eski."}


def test_the_file_shows_what_changed_since_the_rejection(app: Flask, world: Any) -> None:
    with looking(app) as s:
        row, day, member = s.get_one(Application, world["first"]), date(2026, 6, 1), world["users"]["member"]
        rejecter = standing_of(s, member.id, member.name, day)
        before = {
            "dates.starts_on": "2026-07-06",
            "institution.name": "Kaya",
            "files.sha256": "a",
            "institution.week": "31",
        }
        take(s, row, Action.REJECT, standing=rejecter, today=day, reason="Tarih.", pages=["dates"])
        take(s, row, Action.SUBMIT, standing=SYSTEM, actor=Actor.STUDENT, today=day, facts={"submission": before})
        take(s, row, Action.REJECT, standing=rejecter, today=day, reason="Tarih.", pages=["dates"])
        after = before | {"dates.starts_on": "2026-07-13", "files.sha256": "b"}
        take(s, row, Action.SUBMIT, standing=SYSTEM, actor=Actor.STUDENT, today=day, facts={"submission": after})
    page = world["member"].get(f"/applications/details/?id={world['first']}").text
    assert re.findall(r'data-change="([^"]+)"', page) == ["dates.starts_on", "files.sha256"]
    assert "data-change" not in world["member"].get(f"/applications/details/?id={world['second']}").text


def test_a_file_of_another_commission_does_not_exist(world: Any) -> None:
    for path in (
        f"details/?id={world['foreign']}",
        f"step/{world['foreign']}/reject",
        f"document/{world['foreign']}/1",
    ):
        assert world["member"].get(f"/applications/{path}").status_code == 404
    assert approve(world["member"], world["foreign"]).status_code == 404
    assert world["student"].get("/applications/").status_code == 404
    assert world["stranger"].get(f"/applications/document/{world['first']}/{world['document']}").status_code == 404


def test_a_member_who_studies_here_never_meets_their_own_file(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        t.member(
            t.session.get_one(Application, world["first"]).department, user=t.session.merge(world["users"]["student"])
        )
    own = world["student"]
    assert found(own) == [world["second"]]
    assert own.get(f"/applications/details/?id={world['first']}").status_code == 404
    assert approve(own, world["first"]).status_code == 404
    assert 'data-refused="1"' in many(own, "approve", [f"{world['first']}:0"])


def test_the_export_is_exactly_the_filter_and_holds_no_formula(app: Flask, world: Any) -> None:
    with looking(app) as s:
        s.get_one(Application, world["second"]).email = "=1+1"
    answer = world["member"].get("/applications/export/csv?state=all&order=start")
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert [int(line[0]) for line in lines[1:]] == [world["first"], world["decided"], world["second"]]
    assert lines[3][lines[0].index("E-posta")] == "'=1+1"
    book = CalamineWorkbook.from_filelike(io.BytesIO(world["member"].get("/applications/export/xlsx?q=oz").get_data()))
    sheet = book.get_sheet_by_index(0).to_python()
    assert [(row[0], row[2], row[10], row[12], row[17]) for row in sheet[1:]] == [
        (world["second"], "Ufuk Öz", date(2026, 8, 3), 20.0, "=1+1")
    ]
    assert world["member"].get("/applications/export/pdf").status_code == 404


def test_a_page_far_down_goes_on_where_the_last_one_ended(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        of = t.session.get_one(Application, world["first"]).department
        kind, supervisor, student = t.internship_type(of), t.supervisor(t.institution()), t.student(of)
        for n in range(60):
            t.application(
                student,
                of,
                kind=kind,
                supervisor=supervisor,
                submitted_at=datetime(2026, 5, 20, tzinfo=UTC) + timedelta(hours=n // 3),
            )
    page = world["member"].get("/applications/")
    onward = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert onward
    rest = world["member"].get(onward[1].replace("&amp;", "&")).text
    both = re.findall(r'id=(\d+)" data-open', page.text + rest)
    assert (len(both), len(set(both))) == (62, 62)
    assert 'rel="prev"' in rest


def test_the_chain_of_every_file_holds_after_all_this(app: Flask, world: Any) -> None:
    approve(world["member"], world["first"])
    with looking(app) as s:
        broken = [b for b in audit.verify(s) if isinstance(b, audit.Break) and b.row_id == world["first"]]
        assert broken == []
