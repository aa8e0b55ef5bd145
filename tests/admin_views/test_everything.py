"""What a student typed is shown whole: on the preview, on their own page, and to the commission."""

import io
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from wtforms import BooleanField, Form

from admin_views.wizard_forms import FORMS
from models import Document, InternshipType, Publication, Term
from tests.admin_views import test_wizard
from tests.people import looking
from tests.services.test_archives import PDF, zipped
from workflow.words import Page

world = test_wizard.world

# what is typed in each field, and how it is shown; a field nobody listed fails the test
MARKED: dict[tuple[Page, str], tuple[Any, tuple[str, ...]]] = {
    (Page.PROFILE, "phone"): ("0532 111 22 33", ("0532 111 22 33",)),
    (Page.PROFILE, "email"): ("isaret.profil@demo.edu.tr", ("isaret.profil@demo.edu.tr",)),
    (Page.INTERNSHIP, "paid"): ("yes", ("Ücretli Evet",)),
    (Page.INTERNSHIP, "family_health_cover"): ("no", ("Aileden sağlık güvencesi Hayır",)),
    (Page.INTERNSHIP, "abroad"): ("yes", ("Yurt dışı",)),
    (Page.INSTITUTION, "name"): ("Zürafa Yazılım Ltd.", ("Zürafa Yazılım Ltd.",)),
    (Page.INSTITUTION, "kind"): ("public", ("Tür Kamu",)),
    (Page.INSTITUTION, "sector"): ("Zürafacılık", ("Zürafacılık",)),
    (Page.INSTITUTION, "tax_no"): ("1234567890", ("1234567890",)),
    (Page.INSTITUTION, "address"): ("Zürafa Sok. No: 71", ("Zürafa Sok. No: 71",)),
    (Page.INSTITUTION, "city"): ("Ardahan", ("Ardahan",)),
    (Page.INSTITUTION, "phone"): ("0478 211 72 73", ("0478 211 72 73",)),
    (Page.INSTITUTION, "email"): ("kurum@zurafa.example.com", ("kurum@zurafa.example.com",)),
    (Page.INSTITUTION, "web"): ("www.zurafa.example.com", ("www.zurafa.example.com",)),
    (Page.INSTITUTION, "headcount"): ("717", ("717",)),
    (Page.INSTITUTION, "weekdays"): (["0", "2", "4", "5"], ("Pzt", "Çar", "Cum", "Cmt")),
    (Page.INSTITUTION, "starts_on"): ("2027-07-05", ("5 Tem 2027",)),
    (Page.INSTITUTION, "ends_on"): ("2027-08-06", ("6 Ağu 2027",)),
    (Page.SUPERVISOR, "name"): ("Zeliha Zürafa", ("Zeliha Zürafa",)),
    (Page.SUPERVISOR, "title"): ("Bakıcıbaşı", ("Bakıcıbaşı",)),
    (Page.SUPERVISOR, "phone"): ("0478 211 74 75", ("0478 211 74 75",)),
    (Page.SUPERVISOR, "email"): ("yetkili@zurafa.example.com", ("yetkili@zurafa.example.com",)),
}
CHOSEN = {(Page.NOTICE, "read"), (Page.INTERNSHIP, "internship_type"), (Page.INTERNSHIP, "term")}  # named by the world
NAMED = ((Publication, "rule"), (InternshipType, "kind"), (Term, "term"))
NOT_TYPED = {"pick"}  # says only that the rest is typed
FIRM_FILES = ("kabul-zürafa.pdf", "sigorta/müstehaklık-zürafa.pdf")


def fields() -> list[tuple[Page, str]]:
    """Every field of the wizard, read off its forms."""
    forms: dict[Page, type[Form]] = FORMS
    return [
        (page, field.name)
        for page, form in forms.items()
        for field in form()
        if field.name not in NOT_TYPED and not isinstance(field, BooleanField)
    ]


def text_of(page: str) -> str:
    """What a page says, without its marks: one blank between words."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def typed(world: Any) -> Any:
    """Everything typed by hand, as far as the preview."""
    pk = test_wizard.begin(world["client"])
    pages: dict[str, Any] = {"supervisor": {"pick": "new"}, "institution": {"pick": "new", "different": "y"}}
    for (page, name), (value, _shown) in MARKED.items():
        pages.setdefault(page.value, {})[name] = value
    pages["internship"] |= {"internship_type": world["kind"], "term": world["term"]}
    test_wizard.fill(world, pk, **pages)
    archive = zipped(dict.fromkeys(FIRM_FILES, PDF))
    world["client"].post(f"/apply/{pk}/files", data={"archive": (io.BytesIO(archive), "zürafa-belgeler.zip")})
    return world | {"pk": pk}


def missing(page: str, app: Flask, world: Any) -> list[str]:
    """What was typed and is not on the page."""
    text = text_of(page)
    absent = [
        f"{of.value}.{name}"
        for of, name in fields()
        if (of, name) not in CHOSEN and not all(shown in text for shown in MARKED[of, name][1])
    ]
    with looking(app) as s:
        names = [s.get_one(model, world[key]) for model, key in NAMED]
        files = [name for d in s.query(Document) for name in (d.filename, *(n for n, _size in d.entries))]
    return absent + [str(what) for what in (*names, *files, "Sınıf 3", "Fakülte") if str(what) not in text]


def test_the_preview_the_own_page_and_the_commissions_page_show_every_field(app: Flask, typed: Any) -> None:
    pk, client = typed["pk"], typed["client"]
    preview = client.get(f"/apply/{pk}/preview").text
    assert missing(preview, app, typed) == []
    assert re.findall(rf'class="change" href="/apply/{pk}/(\w+)"', preview) == [
        "notice", "profile", "internship", "institution", "supervisor", "files",
    ]  # fmt: skip
    test_wizard.submit(typed, pk)
    assert missing(client.get(f"/my-applications/details/?id={pk}").text, app, typed) == []
    assert missing(typed["member"].get(f"/applications/details/?id={pk}").text, app, typed) == []


def test_every_field_of_the_wizard_is_among_those_asked_for() -> None:
    assert {f for f in fields() if f not in MARKED} == CHOSEN
