"""The guides: one per desk, every page explained, every picture there."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from services import answer_links, choices, guides, visits
from services.settings import ROOT
from tests.browser.pictures import PICTURES
from tests.people import a_town, sign_in
from tests.university import University
from workflow.words import Actor, ApplicationState

HEAVIEST = 150_000  # bytes
ELSEWHERE = {"home", "national_ids", *guides.WITHOUT_ACCOUNT}  # sections that explain no desk


def _desks(app: Flask) -> dict[str, frozenset[Actor]]:
    """Every page somebody may open once signed in, and to whom it opens; no actors: to everybody."""
    everybody = frozenset(guides.GUIDES.values())
    views = {v.endpoint: getattr(v, "actors", None) or everybody for v in app.extensions["admin"][0]._views}
    return {**views, "security": everybody}


def test_every_page_is_explained_to_everybody_who_has_it(university: University) -> None:
    unexplained = [
        (endpoint, actor.value)
        for endpoint, actors in _desks(university.app).items()
        for actor in actors
        if not guides.of(endpoint, frozenset({actor}))[1]
    ]
    assert unexplained == []


HELD = {"ayse": "ogrenci", "member of civil": "komisyon", "chair of civil": "baskan", "boss": "kurum"}
HELD |= {"health office": "mediko", "career centre": "kariyer", "it": "bilgi-islem"}


@pytest.mark.parametrize("who", HELD)
def test_from_every_page_of_a_menu_help_leads_to_a_section_that_is_there(university: University, who: str) -> None:
    client = university.people[who]
    menu = re.search(r'<nav class="side".*?</nav>', client.get("/", follow_redirects=True).text, re.DOTALL)
    assert menu
    addresses = ["/", "/notifications/", "/change", *re.findall(r'href="(/[^"#?]+/)"', menu[0])]
    assert len(addresses) > 4
    wrong = []
    for address in dict.fromkeys(addresses):
        led = re.search(r'class="help-link" href="([^"]*)"', client.get(address, follow_redirects=True).text)
        name, _, anchor = led[1].removeprefix("/help/").partition("#") if led else ("", "", "")
        if not (anchor and f'id="{anchor}"' in client.get(f"/help/{name}").text):
            wrong.append((address, led[1] if led else None))
    assert wrong == []
    assert f"/help/{HELD[who]}" in client.get("/", follow_redirects=True).text


def test_a_firm_without_an_account_is_helped_where_its_letters_lead(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        change = t.change(t.application(t.student(of), of, state=ApplicationState.APPROVED))
        answer = urlsplit(answer_links.link_of(t.session, change)).path
        firm = urlsplit(visits.invite(t.session, change.application.supervisor)).path
        reminders = urlsplit(choices.address(user_id=None, email=change.application.supervisor.email)).path
        member = t.member(of)
    sections = {answer: "answer", "/firm": "firm", firm: "firm", reminders: "mailbox"}
    for client in (app.test_client(), sign_in(app, member)):
        for address, anchor in sections.items():
            assert f'class="help-link" href="/help/kurum#{anchor}"' in client.get(address).text
    assert 'id="answer"' in app.test_client().get("/help/kurum").text


def test_no_section_explains_a_page_that_is_not_there(university: University) -> None:
    known = set(university.app.blueprints) | set(university.app.view_functions) | ELSEWHERE
    assert {e for name in guides.GUIDES for e in guides.guide(name).sections} - known == set()


@pytest.mark.parametrize("name", guides.GUIDES)
def test_every_picture_of_a_guide_is_made_by_the_tests_and_there(name: str) -> None:
    found = guides.guide(name)
    assert found.title
    assert found.pictures
    assert set(found.pictures) <= {f"{picture}.png" for picture in PICTURES}
    assert [p for p in found.pictures if not (Path(guides.PICTURES) / p).is_file()] == []


def test_the_help_of_a_page_leads_to_its_section(university: University) -> None:
    page = university.people["ayse"].get("/my-applications/").get_data(as_text=True)
    assert 'href="/help/ogrenci#my_applications"' in page
    guide = university.people["nobody"].get("/help/ogrenci").get_data(as_text=True)
    assert 'id="my_applications"' in guide
    assert 'href="/help/"' in university.people["nobody"].get("/login").get_data(as_text=True)
    assert university.people["nobody"].get("/help/yok").status_code == 404


def test_every_picture_that_is_made_is_shown_and_weighs_little() -> None:
    shown = {picture for name in guides.GUIDES for picture in guides.guide(name).pictures}
    assert {f"{picture}.png" for picture in PICTURES} - shown == set()
    kept = {p.name: p.stat().st_size for p in Path(guides.PICTURES).glob("*.png")}
    assert ({*kept} - shown, [name for name, size in kept.items() if size > HEAVIEST]) == (set(), [])


DESKS = {  # as the README calls them
    "student": Actor.STUDENT, "commission member": Actor.MEMBER, "chair": Actor.CHAIR, "employer": Actor.EMPLOYER,
    "health office": Actor.HEALTH_OFFICE, "career centre": Actor.CAREER_CENTRE, "IT staff": Actor.IT,
}  # fmt: skip


def test_the_readme_leads_from_every_desk_to_its_guide_with_a_picture_of_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r'^\| ([\w ]+) \| `.*<a href="docs/kilavuz/([\w-]+)\.md"><img src="docs/kilavuz/resimler/([\w-]+\.png)"',
        readme, re.MULTILINE,
    )  # fmt: skip
    assert {name: DESKS[who] for who, name, _picture in rows} == guides.GUIDES
    assert len(rows) == len(guides.GUIDES)
    assert [p for _who, name, p in rows if p not in guides.guide(name).pictures] == []
    assert [p for _who, _name, p in rows if not (Path(guides.PICTURES) / p).is_file()] == []
