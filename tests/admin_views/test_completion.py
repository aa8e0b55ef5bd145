"""The desks of completion: the student's steps and days, the commission's assessment, the ledger's pages and letters."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Application, Attendance, Document, Evaluation, LedgerEntry, Letter, LogEntry, Step
from services.sign_in import today
from tests.forms import form_at
from tests.people import Town, a_town, looking, sign_in
from tests.services.test_archives import PDF, zipped
from tests.university import SEALED, University
from workflow.words import Action, ApplicationState, AttendanceState, EvaluationState, LedgerKind, Purpose

S = ApplicationState
MONDAY = date(2026, 9, 7)  # four weeks without a holiday
SATURDAY = 5


@dataclass
class Desk:
    """An internship that ended a while ago, and a client for each who is concerned."""

    app: Flask
    pk: int
    student: FlaskClient
    member: FlaskClient
    chair: FlaskClient
    keys: dict[str, int]

    def get(self, path: str = "") -> str:
        return self.student.get(f"/completion/{self.pk}{path}").text

    def day(self, day: date, text: str, version: int = 0, go: str = "list") -> Any:
        typed = {"text": text, "version": version, "go": go}
        return self.student.post(f"/completion/{self.pk}/day/{day.isoformat()}", data=typed)

    def upload(self, data: bytes, name: str) -> Any:
        return self.student.post(
            f"/completion/{self.pk}/logbook", data={"logbook": (io.BytesIO(data), name)}, follow_redirects=True
        )

    def hand_in(self) -> Any:
        return self.student.post(f"/completion/{self.pk}", follow_redirects=True)

    def take(self, who: str, action: str, **typed: Any) -> Any:
        client = getattr(self, who)
        return client.post(f"/applications/step/{self.pk}/{action}", data=typed, follow_redirects=True)

    def row(self) -> Application:
        with looking(self.app) as s:
            row = s.get_one(Application, self.pk)
            s.expunge_all()
            return row

    def written(self) -> dict[date, str]:
        with looking(self.app) as s:
            return {e.day: e.text for e in s.scalars(select(LogEntry))}


def ended(t: Town, of: Any, kind: Any, firm: Any, *, by_firm: bool = True) -> Application:
    row = t.application(t.student(of), of, state=S.APPROVED, kind=kind, supervisor=firm, starts_on=MONDAY)
    if by_firm:
        t.attendance(row, "confirmed")
        form = t.session.scalar(select(Evaluation.form_id)) or t.evaluation_form(of).id
        evaluation = t.add(Evaluation(state=EvaluationState.GIVEN, form_id=form, **t._of_the_firm(row)))
        t.answers(row, evaluation, "yes", "Yazılım", "4", SEALED)
    return row


@pytest.fixture
def desk(app: Flask) -> Desk:
    with app.app_context(), a_town() as t:
        of = t.department()
        kind, firm = t.internship_type(of), t.supervisor(t.institution())
        row = ended(t, of, kind, firm)
        people = {"student": row.student.user, "member": t.member(of), "chair": t.chair(of)}
        keys = {"student": row.student_id, "kind": kind.id, "department": of.id, "firm": firm.id}
        pk = row.id
        t.session.flush()
        t.session.expunge_all()
    return Desk(app, pk, **{n: sign_in(app, user) for n, user in people.items()}, keys=keys)  # type: ignore[arg-type]


def tasks(page: str) -> dict[str, str]:
    return dict(re.findall(r'<li class="task task-(?:\w+)" id="(\w+)".*?task-turn">([^<]+)<', page, re.DOTALL))


def test_the_steps_say_whose_turn_it_is_until_everything_is_handed_in(desk: Desk) -> None:
    done = dict.fromkeys(("ended", "logbook", "attendance", "evaluation", "submit"), "Tamamlandı")
    assert tasks(desk.get()) == {**done, "logbook": "Sıra sizde", "submit": "Henüz değil"}
    assert "Yükleyin" in desk.hand_in().text or desk.row().state is S.APPROVED
    assert desk.row().state is S.APPROVED
    assert "defter.pdf" in desk.upload(PDF, "defter.pdf").text
    assert tasks(desk.get())["submit"] == "Sıra sizde"
    assert "alert-success" in desk.hand_in().text
    assert (tasks(desk.get()), desk.row().state) == (done, S.COMPLETION)
    assert 'name="logbook"' not in desk.get("/logbook")
    desk.upload(PDF, "sonra.pdf")
    with looking(desk.app) as s:
        assert s.scalars(select(Document.filename)).all() == ["defter.pdf"]


def test_a_logbook_is_a_zip_or_a_pdf_and_replaced_until_it_is_handed_in(desk: Desk) -> None:
    for data, name in ((b"MZ", "defter.exe"), (PDF, "defter.zip"), (zipped({"a.pdf": PDF}), "defter.pdf"), (b"", "")):
        page = desk.upload(data, name).text
        assert ("field-error" in page, "alert-success" in page) == (True, False), name
    for data, name in ((PDF, "bir.pdf"), (zipped({"a.pdf": PDF}), "iki.zip")):
        assert name in desk.upload(data, name).text
    with looking(desk.app) as s:
        assert [(d.filename, d.purpose) for d in s.scalars(select(Document))] == [("iki.zip", Purpose.LOGBOOK)]


def test_a_day_is_saved_on_its_own_and_nothing_typed_is_lost(desk: Desk) -> None:
    first = MONDAY
    second = first + timedelta(days=1)
    onward = desk.day(first, "Tanıştım.", go="after")
    assert (onward.status_code, onward.location) == (303, f"/completion/{desk.pk}/day/{second.isoformat()}")
    assert desk.day(second, "", go="before").location.endswith(f"/day/{first.isoformat()}")
    late = desk.day(first, "Öteki sekmede yazdım.", version=0)
    assert (late.status_code, "Öteki sekmede yazdım." in late.text, "Tanıştım." in late.text) == (200, True, True)
    assert re.search(r'name="version" value="1"', late.text)
    assert desk.written() == {first: "Tanıştım."}
    assert desk.day(first, "Öteki sekmede yazdım.", version=1).status_code == 303
    long = "x" * 4001
    refused = desk.day(second, long)
    assert (refused.status_code, long in refused.text) == (200, True)
    assert desk.written() == {first: "Öteki sekmede yazdım."}
    weekend = first + timedelta(days=5)
    assert [desk.day(day, "x").status_code for day in (weekend, today() + timedelta(days=400))] == [404, 404]


def test_a_day_saved_after_the_completion_was_handed_in_shows_what_was_typed(desk: Desk) -> None:
    first = MONDAY
    desk.upload(PDF, "defter.pdf")
    desk.day(first, "Tanıştım.")
    desk.hand_in()
    page = desk.day(first, "Sonradan yazdım.", version=1).text
    assert ("Sonradan yazdım." in page, desk.written()) == (True, {first: "Tanıştım."})


def test_the_print_view_has_every_entry_week_by_week_with_lines_to_sign(desk: Desk) -> None:
    first = MONDAY
    for n in (0, 1, 7):
        desk.day(first + timedelta(days=n), f"{n}. gün <b>")
    for page in (desk.get("/print"),):
        assert (page.count('class="paper-week"'), page.count('class="signatures"')) == (2, 2)
        assert [f"{n}. gün &lt;b&gt;" in page for n in (0, 1, 7)] == [True] * 3
    hidden = desk.member.get(f"/applications/logbook/{desk.pk}").text
    assert "gün &lt;b&gt;" not in hidden  # it has not been handed in
    desk.upload(PDF, "defter.pdf")
    desk.hand_in()
    assert desk.member.get(f"/applications/logbook/{desk.pk}").text.count('class="paper-week"') == 2


def test_the_student_never_meets_an_answer_before_the_decision(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.upload(PDF, "defter.pdf")
    pages = (
        "",
        f"completion/{desk.pk}",
        f"completion/{desk.pk}/print",
        f"my-applications/details/?id={desk.pk}",
        "my-applications/",
        "my-obligation/",
        "mailbox/",
    )

    def meets() -> list[str]:
        return [page for page in pages if SEALED in desk.student.get(f"/{page}").text]

    assert meets() == []
    assert SEALED not in desk.member.get(f"/applications/details/?id={desk.pk}").text
    desk.hand_in()
    assert meets() == []
    assert SEALED in desk.member.get(f"/applications/details/?id={desk.pk}").text
    desk.take("member", "accept", version=desk.row().version)
    assert meets() == [f"completion/{desk.pk}"]
    exported = desk.member.get("/applications/export/csv?state=all").get_data().decode()
    with looking(desk.app) as s:
        kept = [str(step.facts) for step in s.scalars(select(Step))] + [
            m.text + m.html for m in s.scalars(select(Letter))
        ]
    assert [text for text in (*kept, exported, caplog.text) if SEALED in text] == []


def test_another_student_of_the_university_meets_no_answer(university: University) -> None:
    for who in ("ayse", "zeynep", "emre"):
        for state in ("approved", "completion", "returned"):
            pk = university.applications[f"ayse {state}"]
            assert SEALED not in university.people[who].get(f"/completion/{pk}").text
    assessed = {
        s: university.people["ayse"].get(f"/completion/{university.applications[f'ayse {s}']}").text
        for s in ("accepted", "partly_accepted", "not_accepted")
    }
    assert {s: f"{SEALED} ayse {s}" in page for s, page in assessed.items()} == dict.fromkeys(assessed, True)


def handed_in(desk: Desk) -> None:
    desk.upload(PDF, "defter.pdf")
    desk.hand_in()


@pytest.mark.parametrize(
    ("typed", "state", "accepted"),
    [("20", S.ACCEPTED, 40), ("12½", S.PARTLY_ACCEPTED, 25), ("12,5", S.PARTLY_ACCEPTED, 25), ("0", S.NOT_ACCEPTED, 0)],
)
def test_the_days_typed_pick_the_decision(desk: Desk, typed: str, state: ApplicationState, accepted: int) -> None:
    handed_in(desk)
    page = form_at(desk.member, f"/applications/step/{desk.pk}/accept_partly")
    assert page["accepted"] == ["20"]
    desk.take("member", "accept_partly", version=page["version"][0], accepted=typed, reason="Defter eksik.")
    row = desk.row()
    assert (row.state, row.accepted_half_days) == (state, accepted)


@pytest.mark.parametrize(("accepted", "reason"), [("12", ""), ("99", "x"), ("-1", "x"), ("on", "x"), ("", "x")])
def test_an_assessment_that_is_none_keeps_what_was_typed(desk: Desk, accepted: str, reason: str) -> None:
    handed_in(desk)
    page = desk.take("member", "accept_partly", version=desk.row().version, accepted=accepted, reason=reason)
    assert (page.status_code, f'value="{accepted}"' in page.text, desk.row().state) == (200, True, S.COMPLETION)


def test_a_return_names_parts_reason_and_day_and_the_student_is_led_to_them(desk: Desk) -> None:
    handed_in(desk)
    path = f"/applications/step/{desk.pk}/return"
    offered = date.fromisoformat(form_at(desk.member, path)["due_on"][0])
    ahead = (today() + timedelta(days=n) for n in range(1, (offered - today()).days + 1))
    assert sum(day.weekday() < SATURDAY for day in ahead) >= 10  # working days
    for wrong in ({"pages": []}, {"reason": ""}, {"due_on": today().isoformat()}, {"due_on": ""}):
        desk.take(
            "member",
            "return",
            **{
                "version": desk.row().version,
                "pages": ["logbook"],
                "reason": "İmza eksik.",
                "due_on": offered.isoformat(),
                **wrong,
            },
        )
        assert desk.row().state is S.COMPLETION, wrong
    desk.take(
        "member",
        "return",
        version=desk.row().version,
        pages=["logbook", "attendance"],
        reason="İmza eksik.",
        due_on=offered.isoformat(),
    )
    assert tasks(desk.get())["logbook"] == tasks(desk.get())["attendance"] == "Düzeltilecek"
    assert ("İmza eksik." in desk.get(), "İmza eksik." in desk.get("/logbook")) == (True, True)
    home = desk.student.get("/").text
    assert re.search(rf'class="card-link card-urgent" href="/completion/{desk.pk}"', home)
    with looking(desk.app) as s:
        assert s.scalars(select(Attendance.state)).one() is AttendanceState.OPEN
        returned = select(Letter.link).join(Step, Letter.step_id == Step.id).where(Step.action == Action.RETURN)
        links = {urlsplit(link or "").path for link in s.scalars(returned.where(Letter.reader == "student"))}
    assert links == {f"/go/application/{desk.pk}"}
    assert desk.student.get(links.pop()).location == f"/completion/{desk.pk}"


def test_letters_about_the_firms_part_lead_the_student_to_the_steps(desk: Desk) -> None:
    with looking(desk.app) as s:
        sheet, evaluation = s.scalars(select(Attendance.id)).one(), s.scalars(select(Evaluation.id)).one()
    for link in (f"/go/attendance/{sheet}", f"/go/evaluation/{evaluation}"):
        assert desk.student.get(link).location == f"/completion/{desk.pk}"
        assert desk.student.get(link[:-1] + "9" * 9).location == "/completion/"
    handed_in(desk)
    answer = desk.member.get(f"/go/application/{desk.pk}", follow_redirects=True)
    assert (answer.request.path, "completing" in answer.text) == ("/applications/details/", True)


def test_the_chair_reopens_and_the_member_does_not(desk: Desk) -> None:
    handed_in(desk)
    desk.take("member", "accept", version=desk.row().version)
    assert desk.row().state is S.ACCEPTED
    desk.take("member", "reassess", reason="x")
    assert desk.row().state is S.ACCEPTED
    desk.take("chair", "reassess", version=desk.row().version, reason="Yanlış sayıldı.")
    assert (desk.row().state, desk.row().accepted_half_days) == (S.COMPLETION, None)
    with looking(desk.app) as s:
        assert [(e.half_days > 0, e.kind) for e in s.scalars(select(LedgerEntry).order_by(LedgerEntry.id))] == [
            (True, LedgerKind.INTERNSHIP), (False, LedgerKind.INTERNSHIP),
        ]  # fmt: skip


def test_a_sheet_that_came_on_paper_lets_the_student_hand_in(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        t.evaluation_form(None)
        row = ended(t, of, t.internship_type(of), t.supervisor(t.institution()), by_firm=False)
        pk, people = row.id, (row.student.user, t.member(of))
        t.session.flush()
        t.session.expunge_all()
    student, member = (sign_in(app, user) for user in people)  # type: ignore[arg-type]
    page = member.get(f"/applications/details/?id={pk}&state=all").text
    assert re.findall(rf"/applications/waive/{pk}/(\w+)", page) == ["attendance", "evaluation"]
    for part in ("attendance", "evaluation"):
        member.post(f"/applications/waive/{pk}/{part}", data={"reason": " "})
        member.post(f"/applications/waive/{pk}/{part}", data={"reason": "Kâğıt olarak geldi."})
    assert member.get(f"/applications/waive/{pk}/logbook").status_code == 404
    student.post(f"/completion/{pk}/logbook", data={"logbook": (io.BytesIO(PDF), "defter.pdf")})
    student.post(f"/completion/{pk}")
    with looking(app) as s:
        assert s.get_one(Application, pk).state is S.COMPLETION
        waived = s.scalars(select(Step).where(Step.action == Action.WAIVE))
        assert {(w.machine, w.reason) for w in waived} == {
            ("attendance", "Kâğıt olarak geldi."), ("evaluation", "Kâğıt olarak geldi."),
        }  # fmt: skip


def test_many_completions_are_accepted_at_once_and_each_refusal_is_told(desk: Desk) -> None:
    handed_in(desk)
    with desk.app.app_context(), a_town() as t:
        first = t.session.get_one(Application, desk.pk)
        more = [
            t.application(
                t.student(first.department),
                first.department,
                state=S.COMPLETION,
                kind=first.internship_type,
                supervisor=first.supervisor,
            )
            for _ in range(2)
        ]
        decided = t.application(
            t.student(first.department),
            first.department,
            state=S.ACCEPTED,
            kind=first.internship_type,
            supervisor=first.supervisor,
        )
        ticked = [f"{r.id}:{r.version}" for r in (first, *more, decided)] + [f"{more[0].id}:7"]
    page = desk.member.get("/applications/?state=completion").text
    assert page.count('name="row"') == 3
    told = desk.member.post(
        "/applications/bulk/accept", data={"row": ticked, "asked": "yes"}, follow_redirects=True
    ).text
    assert (re.findall(r'data-taken="(\d+)"', told), re.findall(r'data-refused="(\d+)"', told)) == (["3"], ["2"])
    with looking(desk.app) as s:
        assert len(s.scalars(select(LedgerEntry)).all()) == 3


def test_who_waits_longest_for_an_assessment_comes_first(desk: Desk) -> None:
    with desk.app.app_context(), a_town() as t:
        first = t.session.get_one(Application, desk.pk)
        rows = [
            t.application(
                t.student(first.department),
                first.department,
                state=S.COMPLETION,
                kind=first.internship_type,
                supervisor=first.supervisor,
            )
            for _ in range(3)
        ]
        for row, days in zip(rows, (3, 9, 6), strict=True):
            row.handed_in_at -= timedelta(days=days)
        wanted = [rows[n].id for n in (1, 2, 0)]
    page = desk.member.get("/completions/", follow_redirects=True)
    assert (page.request.path, [int(k) for k in re.findall(r'details/\?[^"]*id=(\d+)" data-open', page.text)]) == (
        "/applications/",
        wanted,
    )
    named = (
        "<title>Staj sonlandırmaları",
        'href="/completions/" aria-current="page"',
        'href="/applications/?state=completion">Temizle',
    )
    searched = desk.member.get("/applications/?state=completion&q=yok").text
    assert ([n for n in named[:2] if n not in page.text], [n for n in named if n not in searched]) == ([], [])
    onward = desk.member.post(f"/applications/step/{wanted[0]}/accept?state=completion", data={"version": "0"})
    assert f"id={wanted[1]}" in onward.location


def test_a_stop_keeps_its_reason_on_every_page_and_in_the_export(university: University) -> None:
    pk, why = university.applications["ayse stopped"], "Hastalandım."
    pages = {
        "ayse": (
            f"/my-applications/details/?id={pk}",
            "/my-applications/",
            f"/completion/{pk}",
            "/completion/",
            f"/completion/{pk}/print",
        ),
        "member of civil": (f"/applications/details/?id={pk}",),
    }
    kind_only = {"career centre": f"/applications/details/?id={pk}", "boss": f"/interns/details/?id={pk}"}
    for who, page in kind_only.items():
        text = university.people[who].get(page).text
        assert ("Durdurma gerekçesi" in text, why in text) == (True, False), who
    assert [
        (who, page) for who, of in pages.items() for page in of if why not in university.people[who].get(page).text
    ] == []
    lines = list(
        csv.reader(
            io.StringIO(
                university.people["member of civil"]
                .get("/applications/export/csv?state=all")
                .get_data()
                .decode("utf-8-sig")
            ),
            delimiter=";",
        )
    )
    reason = lines[0].index("Durdurma gerekçesi")
    assert {line[0]: line[reason] for line in lines[1:] if line[reason]} == {str(pk): why}


# -- the ledger ----------------------------------------------------------------------------------------------------


def credit(desk: Desk, **typed: Any) -> Any:
    form = {n: v[0] for n, v in form_at(desk.member, f"/ledger/{desk.keys['student']}").items()}
    form |= {
        "kind": "exemption",
        "internship_type": desk.keys["kind"],
        "days": "10,5",
        "reason": "Kurul kararı",
        **typed,
    }
    return desk.member.post(f"/ledger/{desk.keys['student']}", data=form)


def test_an_exemption_is_entered_found_by_number_read_by_the_student_and_taken_back(desk: Desk) -> None:
    with looking(desk.app) as s:
        number = s.get_one(Application, desk.pk).student_number
    assert desk.member.get(f"/ledger/?number={number}").location == f"/ledger/{desk.keys['student']}"
    assert desk.member.get("/ledger/?number=999999").status_code == 200
    assert credit(desk).status_code == 303
    with looking(desk.app) as s:
        line = s.scalars(select(LedgerEntry)).one()
        assert (line.kind, line.half_days, line.reason) == (LedgerKind.EXEMPTION, 21, "Kurul kararı")
        key = line.id
    page = desk.student.get("/my-obligation/").text
    assert [text in page for text in ("Kurul kararı", "+10½", "<strong>29½</strong>", ">9½<")] == [
        True
    ] * 4  # 20 of them are planned
    assert desk.member.post(f"/ledger/take-back/{key}", data={"reason": ""}).status_code == 200
    assert desk.member.post(f"/ledger/take-back/{key}", data={"reason": "Yanlış öğrenci."}).status_code == 303
    assert desk.member.post(f"/ledger/take-back/{key}", data={"reason": "Yine."}).status_code == 200
    with looking(desk.app) as s:
        assert [e.half_days for e in s.scalars(select(LedgerEntry).order_by(LedgerEntry.id))] == [21, -21]


def test_the_same_form_sent_twice_credits_once_and_keeps_what_was_typed(desk: Desk) -> None:
    assert credit(desk).status_code == 303
    again = credit(desk, last="0", reason="İkinci kez")
    assert (again.status_code, "İkinci kez" in again.text) == (200, True)
    with looking(desk.app) as s:
        assert len(s.scalars(select(LedgerEntry)).all()) == 1


@pytest.mark.parametrize(
    "typed",
    [{"days": "41"}, {"days": "0"}, {"days": "x"}, {"kind": "internship"}, {"internship_type": ""}, {"reason": " "}],
)
def test_a_credit_that_is_none_is_refused(desk: Desk, typed: dict[str, str]) -> None:
    assert credit(desk, **typed).status_code == 200
    with looking(desk.app) as s:
        assert s.scalars(select(LedgerEntry)).all() == []


def test_an_empty_ledger_says_why(desk: Desk) -> None:
    page = desk.student.get("/my-obligation/").text
    assert "Henüz kayıt yok" in page
    assert "40" in page
