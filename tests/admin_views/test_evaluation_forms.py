"""The desk on which a commission, or IT for the university, makes an evaluation form without code."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models import EvaluationForm, EvaluationQuestion, Step, User
from tests.forms import form_at
from tests.people import a_town, looking, sign_in
from workflow.words import Action, Actor, EvaluationFormState

DRAFT, IN_USE, RETIRED = EvaluationFormState.DRAFT, EvaluationFormState.IN_USE, EvaluationFormState.RETIRED
OWN, UNIVERSITY = "/evaluation-forms", "/university-forms"


@dataclass
class Desk:
    """Murat and Selin sit in computing, whose form has four questions; Orhan in civil; the university has its own."""

    app: Flask
    people: dict[str, User] = field(default_factory=dict)
    forms: dict[str, int] = field(default_factory=dict)

    def client(self, who: str = "Murat") -> FlaskClient:
        return sign_in(self.app, self.people[who])

    def begin(self, title: str = "Yeni form") -> int:
        """A new version in preparation; its key."""
        answer = self.client().post(f"{OWN}/new/", data={"title": title})
        assert answer.status_code == 302
        return int(re.search(r"id=(\d+)", answer.location)[1])  # type: ignore[index]

    def ask(self, form: int, kind: str, question: int | None = None, **typed: str) -> Any:
        """Send the page of one question, filled in over what stands there."""
        client, url = (
            self.client(),
            f"{OWN}/question/{form}?" + (f"question={question}" if question else f"kind={kind}"),
        )
        return client.post(url, data=form_at(client, url) | typed)

    def questions(self, form: int) -> list[EvaluationQuestion]:
        with looking(self.app) as session:
            found = select(EvaluationQuestion).where(EvaluationQuestion.form_id == form)
            return list(session.scalars(found.order_by(EvaluationQuestion.position)))

    def texts(self, form: int) -> list[str]:
        return [q.text for q in self.questions(form)]

    def form(self, key: int) -> EvaluationForm:
        with looking(self.app) as session:
            return session.get_one(EvaluationForm, key, options=[selectinload(EvaluationForm.questions)])

    def publish(self, form: int, version: int | None = None, who: str = "Murat") -> Any:
        seen = self.form(form).version if version is None else version
        return self.client(who).post(f"{OWN}/step/{form}/publish", data={"version": str(seen)}, follow_redirects=True)


@pytest.fixture
def desk(app: Flask) -> Desk:
    made = Desk(app)
    with app.app_context(), a_town() as t:
        of, other = t.department(), t.department()
        made.people = {
            "Murat": t.member(of),
            "Selin": t.chair(of),
            "Orhan": t.member(other),
            "bidb": t.office(Actor.IT),
        }
        for name, user in made.people.items():
            user.name = name
        made.forms = {
            "own": t.evaluation_form(of).id,
            "foreign": t.evaluation_form(other).id,
            "foreign draft": t.evaluation_form(other, "draft", 2).id,
            "university": t.evaluation_form(None).id,
            "university draft": t.evaluation_form(None, "draft", 2).id,
        }
        t.session.flush()
        t.session.expunge_all()
    return made


def said(answer: Any) -> str:
    """The sentences of the summary of a form that was not taken."""
    assert answer.status_code == 200
    found = re.search(r'class="alert alert-danger error-summary".*?</ul>', answer.text, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[0]) if found else ""


def told(answer: Any) -> str:
    """What stands in the message above a page."""
    return " ".join(re.findall(r'<div class="alert alert-(?:danger|success)[^>]*>(.*?)</div>', answer.text, re.DOTALL))


# -- making one ------------------------------------------------------------------------------------------------------


def test_a_new_version_begins_with_the_questions_asked_now(desk: Desk) -> None:
    form = desk.begin()
    row = desk.form(form)
    assert (row.title, row.title_en, row.number, row.state) == ("Yeni form", "Evaluation by the firm", 2, DRAFT)
    assert desk.texts(form) == desk.texts(desk.forms["own"])
    refused = desk.client("Selin").post(f"{OWN}/new/", data={"title": "Bir daha"})
    assert (refused.status_code, "hazırlanmakta olan" in told(refused), 'value="Bir daha"' in refused.text) == (
        200,
        True,
        True,
    )
    assert "Başlık yazın" in said(desk.client().post(f"{OWN}/new/", data={"title": " "}))


def test_every_kind_of_question_is_made_and_drawn_as_the_firm_sees_it(desk: Desk) -> None:
    form = desk.begin()
    before = len(desk.questions(form))
    asked: list[tuple[str, dict[str, str], Any]] = [
        ("yes_no", {}, None),
        ("choice", {"answers": "Yazılım | Software\n\n  Donanım  "},
         [["Yazılım", "Yazılım", "Software"], ["Donanım", "Donanım", "Donanım"]]),
        ("scale", {"low": "1", "low_words": "Zayıf | Poor", "high": "5", "high_words": ""}, [[1, "Zayıf", "Poor"], [5]]),
        ("text", {}, None),
    ]  # fmt: skip
    for kind, typed, _kept in asked:
        answer = desk.ask(
            form, kind, text=f"Soru {kind}", text_en="" if kind == "text" else f"Question {kind}", **typed
        )
        assert answer.status_code == 302, kind
    made = desk.questions(form)[before:]
    assert [(q.kind.value, q.text, q.options, q.required) for q in made] == [
        (kind, f"Soru {kind}", kept, kind != "text") for kind, _typed, kept in asked
    ]
    assert [q.text_en for q in made] == ["Question yes_no", "Question choice", "Question scale", "Soru text"]
    page = desk.client().get(f"{OWN}/details/?id={form}").text
    assert {word in page for word in ("Soru yes_no", "Donanım", "1 – Zayıf", "Soru text")} == {True}
    english = desk.client()
    with english.session_transaction() as session:
        session["language"] = "en"
    page = english.get(f"{OWN}/details/?id={form}").text
    assert {word in page for word in ("Question scale", "Software", "1 – Poor")} == {True}


WRONG = [
    ("yes_no", {"text": " "}, "Soruyu yazın"),
    ("choice", {"answers": ""}, "Yanıtları yazın"),
    ("choice", {"answers": "Tek"}, "2 ile 12"),
    ("choice", {"answers": "Aynı\nAynı"}, "aynı"),
    ("scale", {"low": "5", "high": "1"}, "küçükten büyüğe"),
    ("scale", {"low": "", "high": "99"}, "Bir sayı yazın"),
]


@pytest.mark.parametrize(("kind", "typed", "sentence"), WRONG)
def test_a_question_nobody_could_answer_is_refused_in_words_and_stays_typed(
    desk: Desk, kind: str, typed: dict[str, str], sentence: str
) -> None:
    form = desk.begin()
    before = desk.texts(form)
    answer = desk.ask(form, kind, **({"text": "Yazdığım soru", "text_en": "Typed"} | typed))
    assert sentence in said(answer), said(answer)
    assert ("Yazdığım soru" in answer.text) is ("text" not in typed)
    assert desk.texts(form) == before


def test_a_question_is_changed_and_its_missing_english_follows_the_turkish(desk: Desk) -> None:
    form = desk.begin()
    desk.ask(form, "text", text="Eski söz", text_en="")
    question = desk.questions(form)[-1].id
    assert desk.ask(form, "text", question, text="Yeni söz").status_code == 302
    row = desk.questions(form)[-1]
    assert (row.text, row.text_en, len(desk.questions(form))) == ("Yeni söz", "Yeni söz", 5)


def test_an_answer_that_has_a_value_beside_its_words_keeps_both_words_when_it_is_changed(desk: Desk) -> None:
    form = desk.begin()
    question = desk.questions(form)[1]
    with looking(desk.app) as session:
        session.get_one(EvaluationQuestion, question.id).options = [["sw", "Yazılım", "Software"], ["hw", "Donanım"]]
    assert desk.ask(form, "choice", question.id).status_code == 302
    assert desk.questions(form)[1].options == [["Yazılım", "Yazılım", "Software"], ["hw", "hw", "Donanım"]]


def test_questions_are_put_in_order_and_taken_out(desk: Desk) -> None:
    form = desk.begin()
    for text in ("Bir", "İki"):
        desk.ask(form, "text", text=text)
    first, *_rest, one, two = (q.id for q in desk.questions(form))

    def arrange(question: Any, how: str) -> Any:
        return desk.client().post(
            f"{OWN}/arrange/{form}", data={"question": str(question), "how": how}, follow_redirects=True
        )

    arrange(two, "up")
    assert [q.id for q in desk.questions(form)][-2:] == [two, one]
    arrange(first, "up")
    arrange(one, "down")
    assert [q.id for q in desk.questions(form)][-2:] == [two, one]
    assert arrange(one, "remove").status_code == 200
    assert desk.texts(form)[-1] == "İki"
    for question in (one, "0", "x", desk.questions(desk.forms["own"])[0].id):  # the second click; another form's
        again = arrange(question, "remove")
        assert (again.status_code, "başka biri tarafından değiştirildi" in told(again)) == (200, True)
    assert len(desk.questions(form)) == 5
    assert len(desk.questions(desk.forms["own"])) == 4


def test_a_question_is_taken_out_only_where_that_was_asked_for_first(desk: Desk) -> None:
    page = desk.client().get(f"{OWN}/edit/?id={desk.begin()}").text
    unasked = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert (page.count('value="remove"'), 'value="remove"' in unasked) == (4, False)


def test_the_title_is_changed_and_the_history_says_so(desk: Desk) -> None:
    form = desk.begin()
    client, url = desk.client(), f"{OWN}/edit/?id={form}"
    assert client.post(url, data=form_at(client, url) | {"title": "Başka başlık"}).status_code == 302
    with looking(desk.app) as session:
        steps = session.scalars(
            select(Step).where(Step.machine == "evaluation_form", Step.row_id == form).order_by(Step.seq)
        )
        assert [(s.action, s.by_name) for s in steps] == [(Action.CREATE, "Murat"), (Action.EDIT, "Murat")]
    assert (desk.form(form).title, desk.form(form).title_en) == ("Başka başlık", "Evaluation by the firm")
    for english, shown in (("Another title", "Another title"), ("", "Başka başlık")):
        client.post(url, data=form_at(client, url) | {"title_en": english})
        client.post("/settings", data={"language": "en"})
        assert f">{shown}</h1>" in client.get(url).text
        assert f">{shown}</a>" in client.get(f"{OWN}/").text
        client.post("/settings", data={"language": "tr"})
        assert ">Başka başlık</h1>" in client.get(url).text


def test_a_version_in_preparation_is_given_up_and_nothing_else_is(desk: Desk) -> None:
    form = desk.begin()
    assert desk.client("Selin").post(f"{OWN}/delete/", data={"id": form}).status_code == 302
    refused = desk.client().post(f"{OWN}/delete/", data={"id": desk.forms["own"]}, follow_redirects=True)
    assert "değişmez" in told(refused)
    with looking(desk.app) as session:
        assert session.get(EvaluationForm, form) is None
        assert session.get(EvaluationForm, desk.forms["own"]) is not None


# -- publishing one --------------------------------------------------------------------------------------------------


def test_published_it_takes_the_place_of_the_version_before_and_never_changes(desk: Desk) -> None:
    form = desk.begin()
    desk.publish(form)
    assert (desk.form(form).state, desk.form(desk.forms["own"]).state) == (IN_USE, RETIRED)
    question, before, client = desk.questions(form)[0].id, desk.texts(form), desk.client()
    for closed in (
        f"{OWN}/edit/?id={form}",
        f"{OWN}/question/{form}?question={question}",
        f"{OWN}/question/{form}?kind=text",
    ):
        for answer in (
            client.get(closed, follow_redirects=True),
            client.post(closed, data={"title": "X", "text": "X"}, follow_redirects=True),
        ):
            assert (answer.status_code, "değişmez" in told(answer)) == (200, True), closed
    moved = client.post(f"{OWN}/arrange/{form}", data={"question": question, "how": "remove"}, follow_redirects=True)
    assert "değişmez" in told(moved)
    assert (desk.texts(form), desk.form(form).title) == (before, "Yeni form")
    third = desk.begin("Üçüncü")
    assert (desk.form(third).number, desk.texts(third)) == (3, before)


def test_retired_the_commission_asks_the_university_s_form_again(desk: Desk) -> None:
    form = desk.forms["own"]
    desk.client().post(f"{OWN}/step/{form}/retire", data={"version": "0"})
    assert desk.form(form).state is RETIRED
    assert "İş" in desk.client().get(f"{OWN}/").text
    assert desk.texts(desk.begin()) == desk.texts(desk.forms["university"])


def test_a_form_without_questions_is_not_published_and_says_why(desk: Desk) -> None:
    form = desk.begin()
    for question in desk.questions(form):
        desk.client().post(f"{OWN}/arrange/{form}", data={"question": question.id, "how": "remove"})
    assert "en az bir soru" in told(desk.publish(form))
    assert "en az bir soru" in desk.client().get(f"{OWN}/details/?id={form}").text
    assert desk.form(form).state is DRAFT


# -- two at one form -------------------------------------------------------------------------------------------------


def test_nobody_publishes_questions_they_have_not_seen(desk: Desk) -> None:
    form = desk.begin()
    seen = desk.form(form).version
    desk.ask(form, "text", text="Meslektaşın sorusu")
    assert "başka biri tarafından değiştirildi" in told(desk.publish(form, seen, "Selin"))
    assert desk.form(form).state is DRAFT
    desk.publish(form, who="Selin")
    assert desk.form(form).state is IN_USE


def test_the_second_of_two_tabs_does_not_overwrite_a_question(desk: Desk) -> None:
    form = desk.begin()
    question = desk.questions(form)[0].id
    selin, url = desk.client("Selin"), f"{OWN}/question/{form}?question={question}"
    drawn = form_at(selin, url)
    desk.ask(form, "yes_no", question, text="Murat'ın sözü")
    answer = selin.post(url, data=drawn | {"text": "Selin'in sözü"})
    assert ("başka biri tarafından değiştirildi" in said(answer), "Selin&#39;in sözü" in answer.text) == (True, True)
    assert desk.texts(form)[0] == "Murat'ın sözü"


# -- whose form it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["foreign", "foreign draft", "university", "university draft"])
def test_another_department_s_form_and_the_university_s_do_not_exist_at_a_commission_s_desk(
    desk: Desk, which: str
) -> None:
    form, client = desk.forms[which], desk.client("Selin")
    question, before = desk.questions(form)[0].id, desk.texts(form)
    assert f"id={form}" not in client.get(f"{OWN}/").text
    for url in (
        "details/?id={}",
        "edit/?id={}",
        "question/{}?kind=text",
        f"question/{{}}?question={question}",
        "step/{}/publish",
    ):
        assert client.get(f"{OWN}/{url.format(form)}").status_code == 404, url
    posts = {
        f"{OWN}/edit/?id={form}": {"title": "X"}, f"{OWN}/delete/": {"id": form}, f"{OWN}/question/{form}?kind=text": {"text": "X"},
        f"{OWN}/question/{form}?question={question}": {"text": "X"}, f"{OWN}/arrange/{form}": {"question": question, "how": "remove"},
        f"{OWN}/step/{form}/publish": {"version": "0"}, f"{OWN}/step/{form}/retire": {"version": "0"},
    }  # fmt: skip
    for url, typed in posts.items():
        assert client.post(url, data=typed).status_code == 404, url
    assert (
        client.get(f"{OWN}/question/{desk.begin()}?question={question}").status_code == 404
    )  # under the own form's key
    assert (desk.texts(form), desk.form(form).state.value) == (before, "draft" if "draft" in which else "in_use")


def test_the_university_s_form_is_it_s_and_a_commission_s_never(desk: Desk) -> None:
    for who in ("Murat", "Selin"):
        assert desk.client(who).get(f"{UNIVERSITY}/").status_code == 404
        assert desk.client(who).post(f"{UNIVERSITY}/new/", data={"title": "X"}).status_code == 404
    bidb, form = desk.client("bidb"), desk.forms["university draft"]
    assert bidb.get(f"{OWN}/").status_code == 404
    assert bidb.get(f"{UNIVERSITY}/details/?id={desk.forms['own']}").status_code == 404
    bidb.post(f"{UNIVERSITY}/step/{form}/publish", data={"version": "0"})
    assert (desk.form(form).state, desk.form(desk.forms["university"]).state) == (IN_USE, RETIRED)
    assert (desk.form(desk.forms["own"]).state, desk.form(desk.forms["foreign"]).state) == (IN_USE, IN_USE)


def test_who_sits_in_two_commissions_chooses_for_which_one_a_version_is(desk: Desk) -> None:
    with desk.app.app_context(), a_town() as t:
        foreign = t.session.get_one(EvaluationForm, desk.forms["foreign"])
        assert foreign.department
        both = t.member(foreign.department, user=t.session.merge(desk.people["Murat"]))
        del both
        t.session.get_one(EvaluationForm, desk.forms["foreign draft"]).number = 7
        key = str(foreign.department_id)
    client = desk.client()
    assert "Bölüm seçin" in said(client.post(f"{OWN}/new/", data={"title": "X", "department": ""}))
    assert client.post(f"{OWN}/new/", data={"title": "X", "department": "999999"}).status_code == 200
    refused = client.post(f"{OWN}/new/", data={"title": "X", "department": key})
    assert "hazırlanmakta olan" in told(refused)  # that commission prepares one already
