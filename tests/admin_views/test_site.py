"""What the university sets is said where a person looks for it; an announcement is found by whom it is for."""

from typing import Any

import pytest
from flask import Flask

from models import Department
from services import site
from services.letter_sheet import drawn
from tests.forms import form_at
from tests.people import a_town, sign_in
from tests.university import University
from workflow.kinds import Audience

HELP, TRAINING, DAY = "https://destek.example.edu.tr", "Memur Akademisi kaydı", "22 Kas 2021"
CUT_OVER = f"{DAY} tarihinden önce başlatılan stajlar"


@pytest.fixture
def town(app: Flask) -> Any:
    with app.app_context():
        with a_town() as t:
            of = t.department("BIL")
            student, it = t.student(of).user, t.office("it")
            t.session.flush()
            [t.session.expunge(u) for u in (student, it)]
    return {"student": sign_in(app, student), "it": sign_in(app, it), "nobody": app.test_client()}


def set_(town: Any, **typed: str) -> Any:
    seen = form_at(town["it"], "/site-settings/")
    settings = {"help_desk": HELP, "training": TRAINING, "cut_over": "2021-11-22"}
    return town["it"].post("/site-settings/", data={**seen, **settings, **typed})


@pytest.mark.parametrize(
    ("who", "page", "says"),
    [
        ("nobody", "/login", (HELP, TRAINING)),
        ("nobody", "/help/", (HELP, TRAINING, CUT_OVER)),
        ("nobody", "/yok", (HELP,)),
        ("student", "/", (HELP, TRAINING)),
        ("student", "/apply/", (HELP, CUT_OVER)),
        ("student", "/my-applications/", (HELP, CUT_OVER)),
        ("it", "/yok", (HELP,)),
    ],
)
def test_what_is_set_stands_where_it_is_looked_for(town: Any, who: str, page: str, says: tuple[str, ...]) -> None:
    assert not any(said in town[who].get(page).text for said in says)
    assert set_(town).status_code == 303
    text = town[who].get(page).text
    assert [said for said in says if said not in text] == []


def test_the_page_of_the_notices_says_since_when(town: Any) -> None:
    set_(town)
    pk = town["student"].post("/apply/start").location.split("/apply/")[1].split("/")[0]
    assert CUT_OVER in town["student"].get(f"/apply/{pk}/notice").text


def test_letters_end_with_the_help_desk(app: Flask, town: Any) -> None:
    set_(town)
    with app.app_context():
        assert all(HELP in part for part in drawn("tr", "Ada", "Başlık", "Metin", "https://x.example").values())


def test_the_seed_file_says_what_the_circular_says(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["seed", "apply", "seed/data"]).exit_code == 0
    with app.app_context():
        site.forget()
        set_now = site.fresh()
    assert (set_now.help_desk, f"{set_now.cut_over:%d.%m.%Y}") == ("https://roundcube.ktu.edu.tr/hesk/", "22.11.2021")
    assert "02.11.2021" in set_now.training


def test_where_the_database_does_not_answer_what_was_read_last_stays(
    app: Flask, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_(town)
    with app.app_context():
        assert site.fresh().help_desk == HELP
        site.forget()
        monkeypatch.setattr(site, "_read", _away)
        assert site.fresh().help_desk == HELP


def _away() -> None:
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415 -- what a database that is away raises

    raise OperationalError("", {}, Exception())


# -- announcements ---------------------------------------------------------------------------------------------------

READS = {
    "ayse": ("/announcements/", {Audience.STUDENTS, Audience.EVERYBODY}),
    "member of civil": ("/news/", {Audience.STAFF, Audience.EVERYBODY}),
    "health office": ("/news/", {Audience.STAFF, Audience.EVERYBODY}),
    "career centre": ("/news/", {Audience.STAFF, Audience.EVERYBODY}),
    "it": ("/news/", {Audience.STAFF, Audience.EVERYBODY}),
    "boss": ("/firm_news/", {Audience.FIRMS, Audience.EVERYBODY}),
}
START = {"boss": "/interns/"}


@pytest.fixture(scope="module")
def announced(university: University) -> Any:
    """One announcement for each audience, of the university and of each department."""
    keys: dict[int, tuple[str, Audience]] = {}
    with university.app.app_context():
        with a_town() as t:
            for where in ("civil", "mining", ""):
                for audience in Audience:
                    of = t.session.get(Department, university.others[where]) if where else None
                    row = t.publication(
                        of, "announcement", title=f"{where or 'herkes'} {audience.label}", audience=audience
                    )
                    keys[row.id] = (where, audience)
    return keys


@pytest.mark.parametrize("who", READS)
def test_an_announcement_is_found_by_whom_it_is_for(university: University, announced: Any, who: str) -> None:
    client, (page, audiences) = university.people[who], READS[who]
    own = {"", "civil"} if who in {"ayse", "member of civil", "boss"} else {""}
    own = {"", "civil", "mining"} if who == "it" else own
    meant = {pk for pk, (where, audience) in announced.items() if where in own and audience in audiences}
    found = {pk for pk in announced if client.get(f"{page}details/?id={pk}").status_code == 200}
    assert found == meant
    listed = client.get(page).text
    assert {pk for pk in announced if f"details/?id={pk}" in listed} == meant
    newest = client.get(START.get(who, "/")).text
    assert any(f"{page}details/?id={pk}" in newest for pk in meant)
    assert not any(f"details/?id={pk}" in newest for pk in set(announced) - meant)
