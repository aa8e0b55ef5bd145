"""The student's way: every page kept, right or wrong, and submitted once, from the preview."""

import io
import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models import Application, Document, DraftPage, Institution, SearchWord, Step, Supervisor
from services import change_requests
from services.transition import take
from tests.people import TODAY, a_town, looking, sign_in
from tests.services.test_archives import PDF, zipped
from workflow.words import Action, ChangeKind

RULES = {"min_days": {"value": 15, "article": "m. 7/1"}, "max_days": {"value": 30, "article": "m. 7/1"}}
NEW_FIRM = {
    "pick": "new", "name": "Iğdır Yazılım A.Ş.", "kind": "private", "sector": "Yazılım", "tax_no": "1234567890", "address": "Kalkınma Mah.",
    "city": "Trabzon", "phone": "0462 300 00 00", "email": "bilgi@igdir.example.com", "web": "igdir.example.com", "headcount": "12",
}  # fmt: skip
NEW_PERSON = {
    "pick": "new",
    "name": "Şule Kaya",
    "title": "Müdür",
    "phone": "0462 300 00 01",
    "email": "sule@igdir.example.com",
}


@pytest.fixture
def world(app: Flask) -> Any:
    with app.app_context():
        with a_town() as t:
            of = t.department("BIL")
            student = t.student(of, "İpek", "Çağlar")
            kind, term = t.internship_type(of, RULES), t.term()
            firm = t.institution("Kaya Yazılım A.Ş.")
            supervisor = t.supervisor(firm)
            rule = t.publication(
                of,
                "regulation",
                must_read=True,
                storage_key="x",
                filename="a.pdf",
                size=1,
                content_type="application/pdf",
            )
            keys = {
                "kind": kind.id,
                "term": term.id,
                "firm": firm.id,
                "supervisor": supervisor.id,
                "rule": rule.id,
                "of": of.id,
            }
            user, other = student.user, t.student(of).user
            member = t.member(of)
            t.session.flush()
            [t.session.expunge(u) for u in (user, other, member)]
    return keys | {"client": sign_in(app, user), "other": sign_in(app, other), "member": sign_in(app, member)}


def begin(client: FlaskClient) -> int:
    return int(client.post("/apply/start").location.split("/apply/")[1].split("/")[0])


def dates(world: Any, **given: Any) -> dict[str, Any]:
    return {"weekdays": ["0", "1", "2", "3", "4"], "starts_on": "2027-07-05", "ends_on": "2027-07-30", **given}


def told(answer: Any, world: Any) -> str:
    """What the page says that an answer to something sent leads to."""
    assert answer.status_code == 303
    return str(world["client"].get(answer.location).text)


def fill(world: Any, pk: int, **pages: Any) -> None:
    client = world["client"]
    answers = {
        "notice": {"read": [world["rule"]]},
        "profile": {"phone": "0532 000 00 00", "email": "ipek@demo.edu.tr"},
        "internship": {
            "internship_type": world["kind"],
            "term": world["term"],
            "paid": "no",
            "family_health_cover": "yes",
            "abroad": "no",
        },
        "institution": dates(world, pick=world["firm"]),
        "supervisor": {"pick": world["supervisor"]},
        **pages,
    }
    for page, typed in answers.items():
        client.post(f"/apply/{pk}/{page}", data=typed)
    client.post(f"/apply/{pk}/files", data={"archive": (io.BytesIO(zipped({"form.pdf": PDF})), "belgeler.zip")})


def submit(world: Any, pk: int) -> Any:
    return world["client"].post(f"/apply/{pk}/preview", data={"version": "0"})


def test_a_complete_application_reaches_the_commission_with_its_facts(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk)
    assert submit(world, pk).location.endswith(f"/my-applications/details/?id={pk}")
    with looking(app) as s:
        row = s.get_one(Application, pk)
        assert (row.state, row.half_days, row.institution_id, row.supervisor_id) == (
            "submitted",
            38,
            world["firm"],
            world["supervisor"],
        )
        assert (row.email, row.phone, row.family_health_cover, row.paid, row.version) == (
            "ipek@demo.edu.tr",
            "0532 000 00 00",
            True,
            False,
            1,
        )
        step = s.scalars(select(Step).where(Step.row_id == pk)).one()
        assert (step.action, step.facts["submission"]["dates.half_days"]) == ("submit", "38")
        words = set(s.scalars(select(SearchWord.word).where(SearchWord.application_id == pk)))
        assert words == {"ipek", "caglar", row.student_number, "kaya", "yazilim"}
        assert s.scalars(select(Document.submitted_at)).one() is not None


def test_a_firm_and_supervisor_typed_by_the_student_start_unverified(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk, institution=dates(world, **NEW_FIRM), supervisor=NEW_PERSON)
    submit(world, pk)
    with looking(app) as s:
        firm = s.scalars(select(Institution).where(Institution.name == NEW_FIRM["name"])).one()
        person = s.scalars(select(Supervisor).where(Supervisor.institution_id == firm.id)).one()
        row = s.get_one(Application, pk)
        assert (firm.state, firm.name_key, firm.headcount) == ("unverified", "igdir yazilim a s", 12)
        assert (person.name, row.institution_id, row.supervisor_id) == ("Şule Kaya", firm.id, person.id)


def test_a_firm_that_looks_registered_is_offered_before_it_is_typed_again(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    typed = dates(world, **NEW_FIRM) | {"name": "KAYA YAZILIM Ltd. Şti."}
    assert 'id="alike-' in told(world["client"].post(f"/apply/{pk}/institution", data=typed), world)
    again = world["client"].post(f"/apply/{pk}/institution", data=typed | {"different": "y", "version": "1"})
    assert again.location.endswith("/supervisor")


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("profile", {"phone": "çok uzun", "email": "x"}),
        ("internship", {"internship_type": "999999999999999999999", "term": "-1", "paid": "maybe"}),
        (
            "institution",
            {"pick": "new", "name": "İ" * 300, "headcount": "-3", "starts_on": "2027-13-45", "weekdays": ["9", "x"]},
        ),
        ("supervisor", {"pick": "new", "name": '=HYPERLINK("x")', "email": "\u202egro.x"}),
    ],
)
def test_what_is_typed_wrong_is_kept_and_told(app: Flask, world: Any, page: str, typed: Any) -> None:
    pk = begin(world["client"])
    answer = world["client"].post(f"/apply/{pk}/{page}", data=typed)
    shown = told(answer, world)
    assert ("error-summary" in shown, 'class="field-error"' in shown) == (True, True)
    with looking(app) as s:
        kept = s.scalars(select(DraftPage).where(DraftPage.application_id == pk)).one()
        assert {k: v for k, v in kept.typed.items() if k in typed} == typed
        assert kept.valid is False
    assert "error-summary" in world["client"].get(f"/apply/{pk}/{page}").text


def test_a_second_tab_is_noticed_and_nothing_typed_is_lost(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    world["client"].post(
        f"/apply/{pk}/profile", data={"phone": "0532 111 11 11", "email": "a@demo.edu.tr", "version": "0"}
    )
    late = world["client"].post(
        f"/apply/{pk}/profile", data={"phone": "0532 222 22 22", "email": "b@demo.edu.tr", "version": "0"}
    )
    shown = told(late, world)
    assert ("0532 222 22 22" in shown, 'name="version" value="1"' in shown) == (True, True)
    assert "0532 111 11 11" in world["client"].get(f"/apply/{pk}/profile").text
    with looking(app) as s:
        assert s.scalars(select(DraftPage.typed)).one()["phone"] == "0532 111 11 11"
    again = {"phone": "0532 222 22 22", "email": "b@demo.edu.tr", "version": "1"}
    assert world["client"].post(late.location, data=again).location.endswith("/internship")
    with looking(app) as s:
        assert s.scalars(select(DraftPage.typed)).one() == {"phone": "0532 222 22 22", "email": "b@demo.edu.tr"}


def test_a_broken_rule_is_named_with_its_article_and_stops_the_submission(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk, institution=dates(world, pick=world["firm"], ends_on="2027-07-09"))
    assert "m. 7/1" in world["client"].get(f"/apply/{pk}/preview").text
    submit(world, pk)
    with looking(app) as s:
        assert s.get_one(Application, pk).state == "draft"


def test_dates_that_overlap_an_own_application_are_refused(app: Flask, world: Any) -> None:
    first = begin(world["client"])
    fill(world, first)
    submit(world, first)
    second = begin(world["client"])
    fill(world, second)
    submit(world, second)
    with looking(app) as s:
        assert [s.get_one(Application, k).state for k in (first, second)] == ["submitted", "draft"]


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [
        ("2027-07-05", "2027-07-30", "submitted"),
        ("2027-08-16", "2027-09-06", "draft"),
        ("2027-09-30", "2027-10-21", "draft"),
        ("2027-10-01", "2027-10-22", "submitted"),
    ],
)
def test_days_a_postponement_freed_may_be_taken_and_those_it_took_may_not(
    app: Flask, world: Any, start: str, end: str, state: str
) -> None:
    first = begin(world["client"])
    fill(world, first)
    submit(world, first)
    postponed(app, first, world["member"], date(2027, 9, 6), date(2027, 9, 30))
    printed = world["client"].get(f"/completion/{first}/print").text
    assert re.findall(r"<dt>Tarihler</dt><dd>([^<]+)</dd>", printed) == ["6 Eyl – 30 Eyl 2027"]
    second = begin(world["client"])
    fill(world, second, institution=dates(world, pick=world["firm"], starts_on=start, ends_on=end))
    submit(world, second)
    refusal = "Tarihler 6 Eylül 2027 – 30 Eylül 2027 tarihli diğer stajınızla çakışıyor"
    page = world["client"].get(f"/apply/{second}/preview").text if state == "draft" else refusal
    with looking(app) as s:
        assert (s.get_one(Application, second).state, refusal in page) == (state, True)


def postponed(app: Flask, pk: int, member: FlaskClient, starts_on: date, ends_on: date) -> None:
    """Approved, then moved to these dates: asked by the student, agreed by the firm, approved by the commission."""
    member.post(f"/applications/step/{pk}/approve", data={"version": "1"})
    with app.app_context(), a_town() as t:
        row = t.session.get_one(Application, pk)
        boss = t.user()
        assert row.supervisor
        row.supervisor.user_id = boss.id
        t.session.flush()
        change = change_requests.ask(
            t.session, row, ChangeKind.POSTPONE, starts_on=starts_on, ends_on=ends_on, why="Sınavım var.",
            standing=t.standing(row.student.user), today=TODAY,
        )  # fmt: skip
        take(t.session, change, Action.AGREE, standing=t.standing(boss), today=TODAY)
        key, version = change.id, change.version
    member.post(f"/changes/step/{key}/approve", data={"version": version})


def test_a_double_click_submits_once(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk)
    submit(world, pk)
    assert submit(world, pk).location == "/my-applications/"
    with looking(app) as s:
        assert s.scalar(select(func.count()).select_from(Step).where(Step.row_id == pk)) == 1


def test_the_last_day_is_offered_for_a_wanted_number_of_days(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    typed = dates(world, pick=world["firm"], ends_on="") | {"go": "offer", "wanted": "20"}
    shown = told(world["client"].post(f"/apply/{pk}/institution", data=typed), world)
    assert ('value="2027-08-02"' in shown, 'name="wanted" inputmode="numeric" maxlength="3" value="20"' in shown) == (
        True,  # 15 July is a holiday
        True,
    )


def test_a_rejected_application_opens_where_the_commission_pointed_and_goes_back_to_it(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk)
    submit(world, pk)
    world["member"].post(
        f"/applications/step/{pk}/reject", data={"version": "1", "reason": "Tarihler uymuyor.", "pages": ["dates"]}
    )
    page = world["client"].get(f"/apply/{pk}/institution").text
    assert "Tarihler uymuyor." in page
    world["client"].post(
        f"/apply/{pk}/institution", data=dates(world, pick=world["firm"], ends_on="2027-08-06", version="1")
    )
    world["client"].post(f"/apply/{pk}/preview", data={"version": "2"})
    with looking(app) as s:
        row = s.get_one(Application, pk)
        steps = s.scalars(select(Step.action).where(Step.row_id == pk).order_by(Step.seq)).all()
        assert (row.state, row.half_days, row.reason, row.pages) == ("submitted", 48, None, None)
        assert steps == ["submit", "reject", "submit"]


def test_an_archive_that_is_none_is_refused_in_one_sentence(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    for go in ({}, {"go": "leave"}, {"goto": "notice"}):
        answer = world["client"].post(
            f"/apply/{pk}/files", data={"archive": (io.BytesIO(b"merhaba"), "belgeler.zip"), **go}
        )
        shown = told(answer, world)
        assert (answer.location, "error-summary" in shown, 'id="archive-error"' in shown) == (
            f"/apply/{pk}/files",
            True,
            True,
        )
    with looking(app) as s:
        assert s.scalar(select(func.count()).select_from(Document)) == 0


@pytest.mark.parametrize("page", ["notice", "profile", "institution", "files", "preview"])
def test_another_students_draft_does_not_exist(app: Flask, world: Any, page: str) -> None:
    pk = begin(world["client"])
    assert world["other"].get(f"/apply/{pk}/{page}").status_code == 404
    assert world["other"].post(f"/apply/{pk}/{page}", data={"phone": "0"}).status_code == 404


def test_a_discarded_draft_is_gone(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk)
    world["client"].post(f"/apply/{pk}/discard")
    with looking(app) as s:
        assert [s.scalar(select(func.count()).select_from(m)) for m in (Application, DraftPage, Document)] == [0, 0, 0]


def test_a_supervisor_corrected_after_a_rejection_is_corrected(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk, institution=dates(world, **NEW_FIRM), supervisor=NEW_PERSON)
    submit(world, pk)
    world["member"].post(
        f"/applications/step/{pk}/reject", data={"version": "1", "reason": "Ad yanlış.", "pages": ["supervisor"]}
    )
    world["client"].post(f"/apply/{pk}/supervisor", data=NEW_PERSON | {"name": "Şule Kayahan", "version": "1"})
    world["client"].post(f"/apply/{pk}/preview", data={"version": "2"})
    with looking(app) as s:
        row = s.get_one(Application, pk)
        assert (row.state, s.get_one(Supervisor, row.supervisor_id).name) == ("submitted", "Şule Kayahan")


def test_words_left_on_the_supervisors_page_are_never_taken_unread(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk, supervisor={"pick": world["supervisor"], "name": "x" * 9000, "phone": "javascript:1"})
    world["client"].post(f"/apply/{pk}/institution", data=dates(world, **NEW_FIRM) | {"version": "1"})
    submit(world, pk)
    with looking(app) as s:
        assert s.get_one(Application, pk).state == "draft"
        assert s.scalar(select(func.count()).select_from(Supervisor)) == 1


def test_a_day_beyond_the_calendar_is_a_sentence_not_a_fault(world: Any) -> None:
    pk = begin(world["client"])
    for start, wanted in (("9999-01-04", "20"), ("0001-01-01", "20"), ("2027-07-05", "0001" + "9" * 5000)):
        typed = dates(world, pick=world["firm"], starts_on=start, ends_on="") | {"wanted": wanted, "go": "offer"}
        assert "alert-danger" in told(world["client"].post(f"/apply/{pk}/institution", data=typed), world)
