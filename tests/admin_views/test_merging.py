"""The career centre's register in the browser's words: duplicates found, merged and undone, notes kept, readers told."""

import html
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import (
    Application,
    Department,
    DraftPage,
    Institution,
    InstitutionNote,
    ReachSession,
    Supervisor,
    db,
)
from services import merging
from services.scope import enter, system_session
from services.sign_in import today
from services.standing import standing_of
from services.transition import Outrun, Refused, take
from services.wizard import checks, reading, submitting
from tests.admin_views.test_queries import look
from tests.admin_views.test_wizard import NEW_FIRM, NEW_PERSON, begin, dates, fill, submit, told
from tests.admin_views.test_wizard import world as world  # noqa: PLC0414 -- a fixture
from tests.people import a_town, looking, sign_in
from tests.university import University
from workflow.words import Action, Actor, InstitutionState

NAMES = ("Kaya Yazılım A.Ş.", "KAYA YAZILIM Ltd. Şti.", "Kaya Yazlım")  # the last one differs by a vowel


@pytest.fixture
def register(app: Flask) -> dict[str, Any]:
    with app.app_context():
        with a_town() as t:
            of = t.department("BIL")
            users = {
                "centre": t.office(Actor.CAREER_CENTRE),
                "other": t.office(Actor.CAREER_CENTRE),
                "member": t.member(of),
            }
            firms = [
                t.institution(name, tax_no=tax) for name, tax in zip(NAMES, ("1234567890", None, None), strict=True)
            ]
            t.institution("Demir Maden A.Ş.", tax_no="1234567890", city="Artvin")
            t.application(t.student(of), of, supervisor=t.supervisor(firms[1]))
            t.session.flush()
            [t.session.expunge(u) for u in users.values()]
            keys = {"firms": [f.id for f in firms], "of": of.code}
    return keys | {name: sign_in(app, user) for name, user in users.items()}


def pairs(client: FlaskClient, why: str) -> int:
    return int(client.get(f"/merging/?why={why}").text.count("/merging/compare?"))


def merge(client: FlaskClient, stays: int, other: int, **typed: Any) -> Any:
    seen = {f"version_{stays}": 0, f"version_{other}": 0}
    path = f"/merging/compare?first={stays}&other={other}"
    return client.post(path, data={"stays": stays, **seen, **typed})


def test_likely_duplicates_are_found_with_the_reason(register: Any) -> None:
    found = {why: pairs(register["centre"], why) for why in ("tax", "name", "near")}
    assert found == {"tax": 1, "name": 1, "near": 2}
    page = register["centre"].get("/merging/?why=near").text
    assert ("Adı benzer, şehri aynı" in page, "Demir Maden" in page) == (True, False)


def test_two_are_compared_and_merged_and_the_old_address_leads_on(app: Flask, register: Any) -> None:
    one, other, _near = register["firms"]
    compared = register["centre"].get(f"/merging/compare?first={one}&other={other}").text
    assert all(name in compared for name in NAMES[:2])
    answer = merge(register["centre"], one, other)
    assert answer.location == f"/institutions/details/?id={one}"
    assert register["member"].get(f"/institutions/details/?id={other}").location == f"/institutions/details/?id={one}"
    assert register["centre"].get(f"/institutions/edit/?id={other}").location == f"/institutions/details/?id={one}"
    assert pairs(register["centre"], "name") == 0
    for path in ("/institutions/", "/institutions/?q=kaya", "/applications/institutions?q=kaya"):
        assert NAMES[1] not in register["centre"].get(path).text
    joined = register["centre"].get("/institutions/?state=merged").text
    assert (NAMES[1] in joined, "/institutions/edit/" in joined) == (True, False)
    by_either = [register["centre"].get(f"/applications/?state=all&institution={pk}").text for pk in (one, other)]
    assert [page.count("data-row") for page in by_either] == [1, 1]
    undone = register["centre"].post(f"/merging/merged/{other}", data={"version": 1})
    assert undone.location == f"/institutions/details/?id={other}"
    with looking(app) as s:
        assert s.scalars(select(Application.institution_id)).all() == [other]
        assert set(s.scalars(select(Institution.state))) == {InstitutionState.UNVERIFIED}


def test_whoever_merges_second_is_told_and_nothing_moves_twice(app: Flask, register: Any) -> None:
    one, other, near = register["firms"]
    merge(register["centre"], one, other)
    late = register["other"].post(
        f"/merging/compare?first={near}&other={other}",
        data={"stays": near, f"version_{near}": 0, f"version_{other}": 0},
    )
    assert late.status_code == 200  # of the pair that is left: the one that took in, and the near one
    with looking(app) as s:
        assert s.get_one(Institution, other).merged_into_id == one
    again = register["other"].post(f"/merging/merged/{other}", data={"version": 0})
    assert "Sizden önce" in again.text or again.status_code == 200
    with looking(app) as s:
        assert s.get_one(Institution, other).state is InstitutionState.MERGED


def test_a_refused_merge_says_its_rule_and_keeps_the_page(app: Flask, register: Any) -> None:
    one, other, _near = register["firms"]
    register["centre"].post(f"/institutions/step/{other}/block", data={"reason": "Belge sahte.", "version": 0})
    answer = merge(register["centre"], one, other, **{f"version_{other}": 1})
    assert (answer.status_code, "engelli kurum birleştirilmez" in answer.text) == (200, True)
    with looking(app) as s:
        assert s.get_one(Institution, other).state is InstitutionState.BLOCKED


@pytest.mark.parametrize("action", ["merge", "unmerge", "restore", "take_in"])
def test_a_merge_is_no_plain_step(register: Any, action: str) -> None:
    one = register["firms"][0]
    answer = register["centre"].post(f"/institutions/step/{one}/{action}", data={"version": 0})
    assert answer.status_code == (404 if action in {"merge", "unmerge"} else 302)
    assert register["centre"].get("/institutions/?state=merged").text.count("<td") == 0


def test_the_list_of_duplicates_asks_no_more_for_three_pairs_than_for_one(app: Flask, register: Any) -> None:
    _rows, few = look(register["centre"], "/merging/?why=name")
    with app.app_context(), a_town() as t:
        [t.institution(name) for name in ("Çay A.Ş.", "ÇAY Ltd. Şti.", "Fındık A.Ş.", "Fındık Ltd.")]
    _rows, more = look(register["centre"], "/merging/?why=name")
    assert pairs(register["centre"], "name") == 3
    assert (len(few), len(more)) == (8, 8), (
        more
    )  # who ×2; counts; marks; those judged; their entries; these; their marks


def test_the_pages_of_duplicates_follow_each_other(app: Flask, register: Any) -> None:
    with app.app_context(), a_town() as t:
        for n in range(25):
            [t.institution(f"Firma {10 + n} {form}") for form in ("A.Ş.", "Ltd. Şti.")]
    first = register["centre"].get("/merging/?why=name").text
    assert ('rel="next"' in first, 'rel="prev"' in first, first.count("/merging/compare?")) == (True, False, 20)
    after = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = register["centre"].get(after).text
    assert ('rel="next"' in second, second.count("/merging/compare?")) == (False, 6)
    before = second.split('rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")
    assert register["centre"].get(before).text.count("/merging/compare?") == 20


# -- judged different ------------------------------------------------------------------------------------------------


def test_two_are_judged_different_after_reading_what_it_does_and_the_judgement_is_taken_back(register: Any) -> None:
    centre, (one, other, _near) = register["centre"], register["firms"]
    path = f"first={one}&other={other}"
    assert f"/merging/apart?{path}".replace("&", "&amp;") in centre.get(f"/merging/compare?{path}").text
    assert "olası mükerrer olarak listelenmez" in centre.get(f"/merging/apart?{path}").text
    assert pairs(centre, "name") == 1  # reading it judges nothing
    answer = centre.post(f"/merging/apart?{path}", follow_redirects=True)
    assert ("Farklı sayıldı" in answer.text, pairs(centre, "name")) == (True, 0)
    listed = centre.get("/merging/different").text
    back = f"/merging/alike?{path}"
    assert (all(name in listed for name in NAMES[:2]), back.replace("&", "&amp;") in listed) == (True, True)
    assert back.replace("&", "&amp;") in centre.get(f"/merging/compare?{path}").text
    assert f"details/?id={other}" not in centre.get(f"/institutions/details/?id={one}").text.split("Geçmiş")[0]
    assert "farklı kurum saydı" in centre.get(f"/institutions/details/?id={one}").text
    assert "yeniden listelenir" in centre.get(back).text
    centre.post(back)
    assert (pairs(centre, "name"), NAMES[1] in centre.get("/merging/different").text) == (1, False)


def test_whoever_judges_second_is_told(register: Any) -> None:
    one, other, _near = register["firms"]
    for answer in ("Farklı sayıldı", "zaten farklı sayılmış"):
        page = register["other"].post(f"/merging/apart?first={one}&other={other}", follow_redirects=True)
        assert answer in page.text
    for answer in ("Karar geri alındı", "farklı sayılmış değil"):
        page = register["centre"].post(f"/merging/alike?first={other}&other={one}", follow_redirects=True)
        assert answer in page.text


@pytest.mark.parametrize("act", ["apart", "alike"])
def test_nobody_but_the_career_centre_judges(register: Any, act: str) -> None:
    one, other, _near = register["firms"]
    assert register["member"].post(f"/merging/{act}?first={one}&other={other}").status_code == 404
    assert register["centre"].post(f"/merging/{act}?first={one}&other=999999").status_code == 404
    merge(register["centre"], one, other)
    led = register["centre"].post(f"/merging/{act}?first={one}&other={other}")
    assert led.location == f"/institutions/details/?id={one}"


def test_the_pairs_judged_different_are_paged_and_ask_no_more_for_three_than_for_one(register: Any, app: Flask) -> None:
    with app.app_context(), a_town() as t:
        keys = [t.institution(f"Şube {n}", tax_no="5555555555").id for n in range(52)]
    [register["centre"].post(f"/merging/apart?first={keys[0]}&other={k}") for k in keys[1:2]]
    _rows, few = look(register["centre"], "/merging/different")
    [register["centre"].post(f"/merging/apart?first={keys[0]}&other={k}") for k in keys[2:]]
    _rows, more = look(register["centre"], "/merging/different")
    assert (len(few), len(more)) == (3, 3)  # who ×2; the page
    first = register["centre"].get("/merging/different").text
    after = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = register["centre"].get(after).text
    assert (first.count("/merging/alike?"), second.count("/merging/alike?")) == (50, 1)


# -- blocked ---------------------------------------------------------------------------------------------------------


def test_a_block_says_why_and_holds_approvals_and_new_applications_until_it_is_lifted(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        of = t.session.get_one(Department, world["of"])
        firm = t.session.get_one(Institution, world["firm"])
        row = t.application(
            t.student(of, "Veli", "Ak"), of, supervisor=firm.supervisors[0], starts_on=today() + timedelta(days=30)
        )
        people = {"centre": t.office(Actor.CAREER_CENTRE), "member": t.member(of)}
        t.session.flush()
        [t.session.expunge(u) for u in people.values()]
        pk, name, state = row.id, firm.name, firm.state
    centre, member = (sign_in(app, u) for u in people.values())
    why, step = "Stajyere sigortasız iş yaptırıyor.", f"/institutions/step/{world['firm']}"
    unsaid = centre.post(f"{step}/block", data={"reason": " ", "version": 0})
    assert (unsaid.status_code, 'aria-invalid="true"' in unsaid.text) == (200, True)
    assert "Bundan sonra bu kuruma başvurulamaz" in unsaid.text
    with looking(app) as s:
        assert s.get_one(Institution, world["firm"]).state is state
    draft = begin(world["client"])
    fill(world, draft)
    centre.post(f"{step}/block", data={"reason": why, "version": 0})
    for reader in (centre, member):
        assert why in reader.get(f"/institutions/details/?id={world['firm']}").text
    refused = member.post(f"/applications/step/{pk}/approve", data={"version": 0}, follow_redirects=True)
    sentence = f"{name} kariyer merkezince engellendi: {why}"
    assert sentence in html.unescape(refused.text)
    told_of = f"{name} kariyer merkezince engellenmiştir; başka bir kurum seçin."
    assert told_of in html.unescape(told(submit(world, draft), world))
    with looking(app) as s:
        assert [s.get_one(Application, key).state.value for key in (pk, draft)] == ["submitted", "draft"]
    centre.post(f"{step}/unblock", data={"reason": "Eksikler giderildi.", "version": 1})
    member.post(f"/applications/step/{pk}/approve", data={"version": 0})
    submit(world, draft)
    with looking(app) as s:
        assert [s.get_one(Application, key).state.value for key in (pk, draft)] == ["approved", "submitted"]


# -- notes -----------------------------------------------------------------------------------------------------------


def test_notes_are_read_by_the_career_centre_and_the_commissions_and_by_nobody_else(university: University) -> None:
    firm, line = university.others["civil firm"], "Aranınca ulaşılıyor."
    university.people["career centre"].post(f"/institutions/note/{firm}", data={"text": line})
    readers = {
        who
        for who, client in university.people.items()
        if line in client.get(f"/institutions/details/?id={firm}", follow_redirects=True).text
    }
    assert readers == {"career centre", "member of civil", "chair of civil", "member of mining", "deniz"}
    with looking(university.app) as s:
        assert [n.text for n in s.scalars(select(InstitutionNote))] == [line]


def test_nobody_but_the_career_centre_writes_or_strikes_a_note(university: University) -> None:
    firm = university.others["civil firm"]
    university.people["career centre"].post(f"/institutions/note/{firm}", data={"text": "Kalsın."})
    with looking(university.app) as s:
        line = s.scalars(select(InstitutionNote.id).order_by(InstitutionNote.id.desc()).limit(1)).one()
    before = university.contents()
    for who, client in university.people.items():
        if who != "career centre":
            client.post(f"/institutions/note/{firm}", data={"text": "Ben de."})
            client.post(f"/institutions/strike/{firm}/{line}")
    assert university.contents() == before


def test_a_struck_note_keeps_its_words(university: University) -> None:
    firm, desk = university.others["mining firm"], university.people["career centre"]
    desk.post(f"/institutions/note/{firm}", data={"text": "Ödeme yapmıyor."})
    with looking(university.app) as s:
        line = s.scalars(select(InstitutionNote.id).where(InstitutionNote.institution_id == firm)).one()
    desk.post(f"/institutions/strike/{firm}/{line}")
    page = desk.get(f"/institutions/details/?id={firm}").text
    assert ('<s class="note-text">Ödeme yapmıyor.</s>' in page, "Üstünü çizen" in page) == (True, True)


# -- the wizard ------------------------------------------------------------------------------------------------------


def test_a_draft_that_picked_a_merged_firm_goes_on_with_the_one_it_is_part_of(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        kept = t.institution("Kaya Holding A.Ş.")
        person = t.supervisor(kept)
        centre = t.office(Actor.CAREER_CENTRE)
        own = t.session.get_one(Institution, world["firm"]).supervisors[0]
        own.email = person.email
        t.session.flush()
        t.session.expunge(centre)
        keys = kept.id, person.id
    pk = begin(world["client"])
    fill(world, pk)
    merge(sign_in(app, centre), keys[0], world["firm"])
    assert picks(world["client"], f"/apply/{pk}/institution") == {str(keys[0]), "new"}
    assert "Kaya Holding" in world["client"].get(f"/apply/{pk}/preview").text
    assert picks(world["client"], f"/apply/{pk}/supervisor") == {str(keys[1]), "new"}


def picks(client: FlaskClient, path: str) -> set[str]:
    """What a page of the wizard offers to pick from."""
    boxes = re.findall(r"<input[^>]*name=\"pick\"[^>]*>", client.get(path).text)
    return {re.findall(r'value="([^"]*)"', box)[0] for box in boxes}


def test_a_merged_firm_typed_once_more_is_not_entered_once_more(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        facts = {n: v for n, v in NEW_FIRM.items() if n in {"city", "sector"}}
        double = t.institution(NEW_FIRM["name"], **facts)
        kept, centre = t.institution("Iğdır Bilgi Teknolojileri A.Ş."), t.office(Actor.CAREER_CENTRE)
        t.session.flush()
        t.session.expunge(centre)
        keys = kept.id, double.id
    merge(sign_in(app, centre), *keys)
    pk = begin(world["client"])
    fill(world, pk, institution=dates(world, **NEW_FIRM), supervisor={"pick": "new", "name": "Ali Ak", "title": "Müdür", "phone": "0462 300 00 01", "email": "ali@igdir.example.com"})  # fmt: skip
    assert "Iğdır Bilgi Teknolojileri" in world["client"].get(f"/apply/{pk}/preview").text


@pytest.fixture
def double(app: Flask, world: Any) -> dict[str, Any]:
    """A complete draft at a firm that is entered twice; its supervisor is one person in both entries."""
    with app.app_context(), a_town() as t:
        kept = t.institution("Kaya Holding A.Ş.")
        person, centre = t.supervisor(kept), t.office(Actor.CAREER_CENTRE)
        t.session.get_one(Institution, world["firm"]).supervisors[0].email = person.email
        keys = {"kept": kept.id, "person": person.id, "desk": t.standing(centre)}
    pk = begin(world["client"])
    fill(world, pk)
    return world | keys | {"draft": pk}


def merging_now(session: Any, of: dict[str, Any]) -> None:
    row, into = (session.get_one(Institution, of[n]) for n in ("firm", "kept"))
    merging.merge(session, row, into, standing=of["desk"], today=today(), seen=(row.version, into.version))


def test_what_is_submitted_while_its_institution_is_merged_reaches_the_one_that_stays(
    app: Flask, double: dict[str, Any]
) -> None:
    answers: list[Any] = []
    with app.app_context(), ReachSession(db) as session:
        enter(session, double["desk"])
        merging_now(session, double)
        student = threading.Thread(target=lambda: answers.append(submit(double, double["draft"])))
        student.start()
        student.join(1.5)
        assert student.is_alive()  # it waits for the merge
        session.commit()
        student.join()
    assert answers[0].location.endswith(f"/my-applications/details/?id={double['draft']}")
    with looking(app) as s:
        row = s.get_one(Application, double["draft"])
        assert (row.state, row.institution_id, row.supervisor_id) == ("submitted", double["kept"], double["person"])


@contextmanager
def read_already(app: Flask, pk: int) -> Iterator[Callable[[], Application]]:
    """A draft as its student's page has read it; called, it is submitted."""
    with app.app_context(), ReachSession(db, expire_on_commit=False) as session:
        with system_session() as everybody:
            user = everybody.get_one(Application, pk).student.user
            assert user
            standing = standing_of(everybody, user.id, user.name, today())
        enter(session, standing)
        row = session.get_one(Application, pk)
        pages = {page.page: page for page in session.scalars(select(DraftPage).where(DraftPage.application_id == pk))}
        draft = reading.read(session, row, pages, today())
        seen = row.version
        checks.judge(session, draft, today())
        assert row.institution_id is None or row.institution
        session.commit()

        def now() -> Application:
            submitting.submit(session, draft, standing=standing, today=today(), seen=seen)
            session.commit()
            return row

        yield now


def test_a_draft_read_before_a_merge_is_submitted_to_the_one_that_stays(app: Flask, double: dict[str, Any]) -> None:
    with read_already(app, double["draft"]) as submitted_now:
        with system_session() as s:
            merging_now(s, double)
        row = submitted_now()
        assert (row.state, row.institution_id, row.supervisor_id) == ("submitted", double["kept"], double["person"])


def test_a_draft_read_before_a_block_is_refused(app: Flask, double: dict[str, Any]) -> None:
    with read_already(app, double["draft"]) as submitted_now:
        with system_session() as s:
            firm = s.get_one(Institution, double["firm"])
            take(s, firm, Action.BLOCK, standing=double["desk"], today=today(), reason="Sahte belge.")
        with pytest.raises(Refused, match="is blocked by the career centre"):
            submitted_now()


def test_a_supervisor_who_went_with_an_undone_merge_is_not_submitted(app: Flask, double: dict[str, Any]) -> None:
    with read_already(app, double["draft"]) as submitted_now:
        with system_session() as s:
            s.get_one(Supervisor, double["supervisor"]).institution_id = double["kept"]
        with pytest.raises(Outrun):
            submitted_now()


def test_what_a_student_typed_before_is_not_corrected_once_it_is_part_of_another(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk, institution=dates(world, **NEW_FIRM), supervisor=NEW_PERSON)
    submit(world, pk)
    reject = {"reason": "Adresi düzeltin.", "pages": ["institution"], "version": 1}
    world["member"].post(f"/applications/step/{pk}/reject", data=reject)
    moved = {**dates(world, **{**NEW_FIRM, "address": "Yomra"}), "version": 1}  # typed over the words it was shown
    fill(world, pk, institution=moved, supervisor=NEW_PERSON)
    with read_already(app, pk) as submitted_now:
        with a_town() as t:
            typed = t.session.get_one(Application, pk).institution_id
            desk = t.standing(t.office(Actor.CAREER_CENTRE))
        with system_session() as s:
            merging_now(s, {"firm": typed, "kept": world["firm"], "desk": desk})
        with pytest.raises(Outrun):
            submitted_now()


def test_nobody_is_approved_at_an_institution_that_is_part_of_another(app: Flask, double: dict[str, Any]) -> None:
    submit(double, double["draft"])
    with app.app_context(), system_session() as s:
        merging_now(s, double)
        s.get_one(Application, double["draft"]).institution_id = double["firm"]  # as no merge leaves it
    path = f"/applications/step/{double['draft']}/approve"
    answer = double["member"].post(path, data={"version": 1}, follow_redirects=True)
    assert "başka bir kurumla birleştirildi" in answer.text
    with looking(app) as s:
        assert s.get_one(Application, double["draft"]).state == "submitted"


# -- announcements ---------------------------------------------------------------------------------------------------


def test_what_the_career_centre_announces_reaches_every_student_marked_as_the_universitys(
    university: University,
) -> None:
    desk, news = (
        university.people["career centre"],
        {"title": "Kurum buluşmaları", "body": "Salı günü.", "department": "0", "audience": "students"},
    )
    path = desk.post("/publish/announcement/new/", data=news).location
    pk = path.split("id=")[1]
    desk.post(f"/publish/announcement/step/{pk}/publish", data={"version": 0})
    marked = {
        who: 'badge-wide">Bütün üniversite</span>' in client.get(f"/announcements/details/?id={pk}").text
        for who, client in university.people.items()
        if client.get("/announcements/").status_code == 200
    }
    assert marked == dict.fromkeys(("ayse", "zeynep", "deniz", "emre"), True)
