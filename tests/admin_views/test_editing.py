"""Records edited by hand: two at once, who may, and what is said afterwards."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models import Faculty, Institution, Policy, Step, Supervisor
from services.sign_in import today
from tests.forms import Typed, form_at, form_in
from tests.people import PASSWORD, a_town, looking, sign_in
from workflow.words import Actor

FASTER = "başka biri tarafından değiştirildi"


@pytest.fixture
def world(app: Flask) -> Any:
    with app.app_context():
        with a_town() as t:
            of = t.department("BIL")
            people = {
                "member": t.member(of), "chair": t.chair(of), "centre": t.office(Actor.CAREER_CENTRE),
                "it": t.office(Actor.IT), "other it": t.office(Actor.IT),
            }  # fmt: skip
            firm, known, barred = (
                t.institution("Kaya Yazılım A.Ş."),
                t.institution("Çay İşletmeleri", state="verified", decided_by_id=people["centre"].id),
                t.institution("Kapalı Ltd.", state="blocked", decided_by_id=people["centre"].id, reason="Şikâyet var."),
            )
            kind, supervisor = t.internship_type(of), t.supervisor(firm)
            used = t.supervisor(firm)
            file = t.application(t.student(of), of, kind=kind, supervisor=used)
            keys = {
                "faculty": of.faculty_id, "department": of.id, "kind": kind.id, "term": file.term_id, "firm": firm.id,
                "known": known.id, "barred": barred.id, "supervisor": supervisor.id, "used": used.id,
                "at known": t.supervisor(known).id, "publication": t.publication(of).id, "account": t.user().id,
                "membership": people["member"].memberships[0].id,
            }  # fmt: skip
            t.session.flush()
            [t.session.expunge(u) for u in people.values()]
    return keys | {name: sign_in(app, user) for name, user in people.items()}


# record: (form, first, second, field both change)
EDITED: dict[str, tuple[str, str, str, str]] = {
    "a faculty": ("/faculties/edit/?id={faculty}", "it", "other it", "name"),
    "a department": ("/departments/edit/?id={department}", "it", "other it", "name"),
    "a term": ("/terms/edit/?id={term}", "it", "other it", "name"),
    "an internship type": ("/internship_types/edit/?id={kind}", "it", "other it", "name"),
    "an account": ("/accounts/edit/?id={account}", "it", "other it", "name"),
    "an institution": ("/institutions/edit/?id={firm}", "member", "centre", "sector"),
    "a supervisor": ("/supervisors/edit/?id={supervisor}", "member", "chair", "title"),
    "an announcement": ("/publish/announcement/edit/?id={publication}", "member", "chair", "body"),
    "a policy": ("/policies/next/{kind}", "it", "other it", "article_min_days"),
}


def written(form: Typed, **changed: str) -> dict[str, Any]:
    return {**form, **{name: [value] for name, value in changed.items()}}


@pytest.mark.parametrize("what", EDITED)
def test_the_second_of_two_is_told_keeps_what_was_typed_and_may_then_save(app: Flask, world: Any, what: str) -> None:
    path, first, second, field = EDITED[what]
    url, rule = path.format(**world), {"value_min_days": "20"} if what == "a policy" else {}
    forms = {who: form_at(world[who], url) for who in (first, second)}
    assert (
        world[first].post(url, data=written(forms[first], **rule, **{field: "Birincinin yazdığı"})).status_code == 302
    )
    before = contents(app)
    told = world[second].post(url, data=written(forms[second], **rule, **{field: "İkincinin yazdığı"}))
    assert (told.status_code, FASTER in told.text, form_in(told.text)[field]) == (200, True, ["İkincinin yazdığı"])
    assert ("Birincinin yazdığı" in told.text, contents(app) == before) == (what != "a policy", True)
    again = world[second].post(url, data=form_in(told.text))
    assert (again.status_code, contents(app) == before) == (302, False)


def contents(app: Flask) -> list[Any]:
    with looking(app) as s:
        return [s.scalar(select(func.count()).select_from(Step)), *map(str, s.scalars(select(Faculty.name)))]


def test_a_form_without_what_its_sender_saw_writes_nothing(app: Flask, world: Any) -> None:
    url = f"/faculties/edit/?id={world['faculty']}"
    form = form_at(world["it"], url)
    for seen in ("", "0" * 64, "ş"):
        told = world["it"].post(url, data=written(form, name="Başka", seen=seen))
        assert (told.status_code, FASTER in told.text) == (200, True)
    with looking(app) as s:
        assert s.get_one(Faculty, world["faculty"]).name == form["name"][0]


def test_two_at_the_very_same_moment_make_one_edit(app: Flask, world: Any) -> None:
    url, barrier, answers = f"/faculties/edit/?id={world['faculty']}", threading.Barrier(2), []
    forms = {who: form_at(world[who], url) for who in ("it", "other it")}

    def edit(who: str) -> None:
        barrier.wait()
        answers.append(world[who].post(url, data=written(forms[who], name=f"Fakülte {who}")).status_code)

    threads = [threading.Thread(target=edit, args=(who,)) for who in forms]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(answers) == [200, 302]


def test_two_next_versions_at_the_very_same_moment_make_one(app: Flask, world: Any) -> None:
    url, barrier, answers = f"/policies/next/{world['kind']}", threading.Barrier(2), []
    rule = {"value_min_days": "20", "article_min_days": "m. 8"}
    forms = {who: written(form_at(world[who], url), **rule) for who in ("it", "other it")}

    def write(who: str) -> None:
        barrier.wait()
        answers.append(world[who].post(url, data=forms[who]).status_code)

    threads = [threading.Thread(target=write, args=(who,)) for who in forms]
    [t.start() for t in threads]
    [t.join() for t in threads]
    with looking(app) as s:
        assert (sorted(answers), s.scalar(select(func.max(Policy.version)))) == ([200, 302], 2)


def test_a_refused_form_still_compares_with_what_its_sender_saw_first(app: Flask, world: Any) -> None:
    url = f"/faculties/edit/?id={world['faculty']}"
    mine = form_at(world["it"], url)
    refused = world["it"].post(url, data=written(mine, name=""))
    assert (refused.status_code, FASTER in refused.text) == (200, False)
    assert world["other it"].post(url, data=written(form_at(world["other it"], url), name="Yeni ad")).status_code == 302
    told = world["it"].post(url, data=written(form_in(refused.text), name="Benim adım"))
    assert (told.status_code, FASTER in told.text) == (200, True)


# -- who may change the register -------------------------------------------------------------------------------------

CURATED = "yalnızca kariyer merkezi"
REGISTER = {
    "institution": lambda w, of: f"/institutions/edit/?id={w[of]}",
    "new supervisor": lambda w, of: f"/supervisors/new/?institution={w[of]}",
    "supervisor": lambda w, of: f"/supervisors/edit/?id={w[{'firm': 'supervisor', 'known': 'at known'}[of]]}",
}


@pytest.mark.parametrize("what", REGISTER)
@pytest.mark.parametrize(("of", "who", "may"), [
    ("firm", "member", True), ("firm", "centre", True), ("known", "member", False), ("known", "chair", False), ("known", "centre", True),
])  # fmt: skip
def test_a_commission_changes_what_nobody_vouched_for(world: Any, what: str, of: str, who: str, may: bool) -> None:
    url = REGISTER[what](world, of)
    there = world[who].get(url, follow_redirects=True)
    assert (there.request.path == url.split("?")[0], CURATED in there.text) == (may, not may)
    page = world[who].get(f"/institutions/details/?id={world[of]}").text
    offered = {"/institutions/edit/" in page, "/supervisors/new/" in page, "/supervisors/edit/" in page}
    assert offered == {may}


def test_a_form_opened_before_the_verification_is_refused_by_name_and_keeps_its_words(app: Flask, world: Any) -> None:
    url = f"/institutions/edit/?id={world['firm']}"
    form = form_at(world["member"], url)
    assert world["centre"].post(f"/institutions/step/{world['firm']}/verify", data={"version": 0}).status_code == 302
    told = world["member"].post(url, data=written(form, sector="Benim yazdığım"))
    assert (told.status_code, CURATED in told.text, form_in(told.text)["sector"]) == (200, True, ["Benim yazdığım"])
    with looking(app) as s:
        assert s.get_one(Institution, world["firm"]).sector == "Yazılım"


@pytest.mark.parametrize(("who", "of", "gone"), [
    ("member", "supervisor", True), ("centre", "supervisor", True), ("member", "used", False), ("centre", "used", False),
    ("member", "at known", False), ("centre", "at known", True),
])  # fmt: skip
def test_a_supervisor_is_deleted_by_whoever_may_and_while_nobody_leans_on_it(
    app: Flask, world: Any, who: str, of: str, gone: bool
) -> None:
    answer = world[who].post("/supervisors/delete/", data={"id": world[of]}, follow_redirects=True)
    said = CURATED if (who, of) == ("member", "at known") else "Yetkili silindi." if gone else "silinemez"
    assert (answer.status_code, said in answer.text) == (200, True)
    with looking(app) as s:
        assert (s.get(Supervisor, world[of]) is None) == gone


def test_the_page_of_an_institution_tells_what_a_correction_changed(world: Any) -> None:
    url = f"/institutions/edit/?id={world['firm']}"
    typed = written(form_at(world["centre"], url), sector="Bilişim", kind="public") | {"weekdays": ["0", "5"]}
    listed = world["centre"].post(url, data=typed).text  # an application there is counted otherwise: seen first
    stamp = re.search(r'name="affected" value="([^"]+)"', listed)
    assert world["centre"].post(url, data=typed | ({"affected": stamp[1]} if stamp else {})).status_code == 302
    page = world["member"].get(f"/institutions/details/?id={world['firm']}").text
    told = set(re.findall(r"([^<>\n]+): <del>([^<]*)</del> → ([^<]+)", page))
    assert told == {
        ("Sektör", "Yazılım", "Bilişim"),
        ("Tür", "Özel kuruluş", "Kamu kurumu"),
        ("İş günü", "Pazartesi, Salı, Çarşamba, Perşembe, Cuma", "Pazartesi, Cumartesi"),
    }


def test_the_list_offers_to_edit_what_may_be_edited(world: Any) -> None:
    offered = {
        who: sorted(map(int, re.findall(r"/institutions/edit/\?id=(\d+)", world[who].get("/institutions/").text)))
        for who in ("member", "centre")
    }
    assert offered == {"member": [world["firm"]], "centre": sorted([world["firm"], world["known"], world["barred"]])}
    page = world["member"].get("/supervisors/").text
    assert f'/supervisors/edit/?id={world["at known"]}"' not in page
    assert f'/supervisors/edit/?id={world["supervisor"]}"' in page


# -- what is said ----------------------------------------------------------------------------------------------------

SAID = {
    "tr": ("Yeni fakülte", "Fakülte eklendi.", "Fakülte kaydedildi.", "Fakülte silindi."),
    "en": ("New faculty", "Faculty added.", "Faculty saved.", "Faculty deleted."),
}


@pytest.mark.parametrize("language", SAID)
def test_adding_saving_and_deleting_say_what_was_done(app: Flask, world: Any, language: str) -> None:
    fresh, added, saved, deleted = SAID[language]
    it: FlaskClient = world["it"]
    it.post("/settings", data={"language": language})
    assert f"<h1>{fresh}</h1>" in it.get("/faculties/new/").text
    typed = {"code": "ZZ", "name": "Deneme", "name_en": "Trial", "kind": "faculty"}
    assert added in it.post("/faculties/new/", data=typed, follow_redirects=True).text
    with looking(app) as s:
        pk = s.scalars(select(Faculty.id).where(Faculty.code == "ZZ")).one()
    url = f"/faculties/edit/?id={pk}"
    assert saved in it.post(url, data=form_at(it, url), follow_redirects=True).text
    assert deleted in it.post("/faculties/delete/", data={"id": pk}, follow_redirects=True).text


def test_the_language_is_chosen_on_the_page_whose_form_was_refused(world: Any) -> None:
    refused = world["it"].post("/faculties/new/?url=/faculties/", data={"code": ""})
    assert 'name="back" value="/faculties/new/?url=/faculties/"' in refused.text


LEANED_ON = {"faculties": "faculty", "departments": "department", "terms": "term", "internship_types": "kind"}


@pytest.mark.parametrize("desk", LEANED_ON)
def test_what_others_lean_on_is_not_deleted_and_says_so(app: Flask, world: Any, desk: str) -> None:
    before = contents(app)
    told = world["it"].post(f"/{desk}/delete/", data={"id": world[LEANED_ON[desk]]}, follow_redirects=True)
    assert (told.request.path, "silinemez: başka kayıtlar" in told.text) == (f"/{desk}/edit/", True)
    assert contents(app) == before


# -- accounts and what is offered ------------------------------------------------------------------------------------


def test_a_new_account_lands_on_its_page_where_its_duties_are_added(app: Flask, world: Any) -> None:
    it: FlaskClient = world["it"]
    typed = {"email": "yeni@demo.edu.tr", "name": "Yeni Kişi", "language": "tr", "active": "y"}
    made = it.post("/accounts/new/", data=typed)
    page = it.get(made.location).text
    assert (made.location.startswith("/accounts/edit/?id="), "Hesap eklendi." in page) == (True, True)
    add = re.findall(r'href="(/memberships/new/[^"]+)"', page)[0].replace("&amp;", "&")
    form = form_at(it, add)
    assert form["email"] == ["yeni@demo.edu.tr"]
    back = it.post(add, data=written(form, actor="career_centre"))
    assert back.location == made.location
    held = re.findall(r'href="(/memberships/edit/[^"]+)"', it.get(back.location).text)
    assert made.location in it.get(held[0].replace("&amp;", "&")).text


def test_it_is_told_which_memberships_end_within_two_weeks(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of, it, tomorrow = t.department("BIL"), t.office(Actor.IT), today() + timedelta(days=1)
        for name, last in {
            "Yarın": tomorrow,
            "Sonra": today() + timedelta(days=15),
            "Bitti": tomorrow - timedelta(days=2),
        }.items():
            t.member(of, user=t.user(name=name)).memberships[0].ends_on = last
    client = sign_in(app, it)
    card = re.search(r'href="(/memberships/\?ends=soon)"><span class="card-count">(\d+)</span>', client.get("/").text)
    assert card
    listed = client.get(card[1]).text
    assert (card[2], [name for name in ("Yarın", "Sonra", "Bitti") if f">{name}<" in listed]) == ("1", ["Yarın"])


def test_departments_are_offered_in_the_alphabets_order_by_faculty_and_none_beforehand(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        for name in ("İnşaat", "Çevre", "Ziraat", "Makine", "Makine"):
            t.department().name = name
    page = world["it"].get("/internship_types/new/").text
    offered = re.findall(r"<option[^>]*>([^<]*)</option>", page.split('name="department_id"')[1].split("</select>")[0])
    assert [o.split(" (")[0] for o in offered] == ["–", "Bölüm BIL", "Çevre", "İnşaat", "Makine", "Makine", "Ziraat"]
    assert len(set(offered)) == len(offered)
    assert form_in(page)["department_id"] == [""]
    assert "Birini seçin." in world["it"].post("/internship_types/new/", data={"code": "X"}).text


LANGUAGES = {"a session's choice": ("en", "en"), "the account's": ("", "tr")}


@pytest.mark.parametrize("whose", LANGUAGES)
def test_after_signing_in_the_accounts_language_applies_unless_another_was_chosen(app: Flask, whose: str) -> None:
    chosen, spoken = LANGUAGES[whose]
    with app.app_context(), a_town() as t:
        email = t.user().email
    client, asked = app.test_client(), {"Accept-Language": "en"}
    if chosen:
        client.post("/settings", data={"language": chosen})
    assert '<html lang="en"' in client.get("/login", headers=asked).text
    assert client.post("/login", data={"email": email, "password": PASSWORD}, headers=asked).status_code == 302
    assert f'<html lang="{spoken}"' in client.get("/", headers=asked).text


SEARCHED = [
    ("/supervisors/", "Öztürk", "Gül Öztürk"), ("/supervisors/", "gül ozt", "Gül Öztürk"), ("/supervisors/", "turk", ""),
    ("/accounts/", "ışık", "Nuray Işık"), ("/accounts/", "ISIK nur", "Nuray Işık"), ("/accounts/", "terzi", "Nuray Işık"),
    ("/accounts/", "nt.terzi@demo", "Nuray Işık"), ("/accounts/", "demo", ""), ("/memberships/", "ışık", "Nuray Işık"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "typed", "who"), SEARCHED)
def test_people_are_found_by_any_word_of_their_name(app: Flask, world: Any, path: str, typed: str, who: str) -> None:
    with app.app_context(), a_town() as t:
        t.supervisor(t.session.get_one(Institution, world["firm"]), name="Gül Öztürk")
        t.member(t.department(), user=t.user("nt.terzi@demo.edu.tr", "Nuray Işık"))
    page = world["member" if path == "/supervisors/" else "it"].get(path, query_string={"q": typed}).text
    body = page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""
    assert (body.count("<tr"), who in body) == (1 if who else 0, True)


def test_a_changed_name_is_found_by_its_new_words_only(app: Flask, world: Any) -> None:
    for url, field, path in (
        (f"/supervisors/edit/?id={world['supervisor']}", "name", "/supervisors/"),
        (f"/accounts/edit/?id={world['account']}", "name", "/accounts/"),
    ):
        it = world["member" if "super" in url else "it"]
        for name in ("Eskiad Soyad", "Yeniad Soyad"):
            assert it.post(url, data=written(form_at(it, url), **{field: name})).status_code == 302
        assert ["<tbody>" in it.get(path, query_string={"q": q}).text for q in ("eskiad", "soyad yeni")] == [
            False,
            True,
        ]
