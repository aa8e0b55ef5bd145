"""The guides: one per desk, every page explained, every picture there."""

from pathlib import Path

import pytest
from flask import Flask

from services import guides
from tests.browser.pictures import PICTURES
from tests.university import University
from workflow.words import Actor

ELSEWHERE = {"home", "firm", "answer", "national_ids"}  # sections that explain no menu entry


def _desks(app: Flask) -> dict[str, frozenset[Actor]]:
    views = app.extensions["admin"][0]._views
    return {v.endpoint: v.actors for v in views if getattr(v, "group", None)}


def test_every_page_of_the_menu_is_explained_to_everybody_who_has_it(university: University) -> None:
    unexplained = [
        (endpoint, actor.value)
        for endpoint, actors in _desks(university.app).items()
        for actor in actors
        if not guides.of(endpoint, frozenset({actor}))[1]
    ]
    assert unexplained == []


def test_no_section_explains_a_page_that_is_not_there(university: University) -> None:
    known = set(university.app.blueprints) | ELSEWHERE
    assert {e for name in guides.GUIDES for e in guides.guide(name).sections} - known == set()


@pytest.mark.parametrize("name", guides.GUIDES)
def test_every_picture_of_a_guide_is_made_by_the_tests_and_there(name: str) -> None:
    found = guides.guide(name)
    assert found.title
    assert set(found.pictures) <= {f"{picture}.png" for picture in PICTURES}
    assert [p for p in found.pictures if not (Path(guides.PICTURES) / p).is_file()] == []


def test_the_help_of_a_page_leads_to_its_section(university: University) -> None:
    page = university.people["ayse"].get("/my-applications/").get_data(as_text=True)
    assert 'href="/help/ogrenci#my_applications"' in page
    guide = university.people["nobody"].get("/help/ogrenci").get_data(as_text=True)
    assert 'id="my_applications"' in guide
    assert 'href="/help/"' in university.people["nobody"].get("/login").get_data(as_text=True)
    assert university.people["nobody"].get("/help/yok").status_code == 404
