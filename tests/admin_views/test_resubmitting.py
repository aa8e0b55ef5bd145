"""A rejected application is not sent again as it was: the page pointed at is corrected, or a word says why not."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Application, Step
from tests.admin_views import test_wizard
from tests.people import looking

world = test_wizard.world
SAME = "Komisyon “Yetkili” sayfasını işaret etti"


@pytest.fixture
def rejected(world: Any) -> Any:
    """An application the commission sent back, pointing at the supervisor."""
    pk = test_wizard.begin(world["client"])
    test_wizard.fill(world, pk)
    test_wizard.submit(world, pk)
    world["member"].post(
        f"/applications/step/{pk}/reject", data={"reason": "Yetkili imza sahibi değil.", "pages": ["supervisor"]}
    )
    return world | {"pk": pk}


def state(app: Flask, pk: int) -> str:
    with looking(app) as s:
        return str(s.get_one(Application, pk).state)


def again(world: Any, word: str = "") -> str:
    data = {"version": "2", "word": word}
    answer = world["client"].post(f"/apply/{world['pk']}/preview", data=data, follow_redirects=True)
    return str(answer.text)


def test_unchanged_it_is_refused_with_the_page_that_was_pointed_at(app: Flask, rejected: Any) -> None:
    assert SAME in again(rejected)
    assert state(app, rejected["pk"]) == "rejected"


def test_another_page_changed_does_not_answer_the_one_pointed_at(app: Flask, rejected: Any) -> None:
    profile = {"phone": "0532 999 99 99", "email": "ipek@demo.edu.tr", "version": "1"}
    rejected["client"].post(f"/apply/{rejected['pk']}/profile", data=profile)
    assert SAME in again(rejected)
    assert state(app, rejected["pk"]) == "rejected"


def test_the_page_pointed_at_corrected_is_enough(app: Flask, rejected: Any) -> None:
    rejected["client"].post(f"/apply/{rejected['pk']}/supervisor", data=test_wizard.NEW_PERSON | {"version": "1"})
    assert SAME not in again(rejected)
    assert state(app, rejected["pk"]) == "submitted"


def test_a_word_says_why_it_stays_and_the_commission_reads_it(app: Flask, rejected: Any) -> None:
    word = "İmza sirküleri ekte: yetkili odur."
    again(rejected, word)
    assert state(app, rejected["pk"]) == "submitted"
    assert word in rejected["member"].get(f"/applications/details/?id={rejected['pk']}").text
    with looking(app) as s:
        last = select(Step).where(Step.row_id == rejected["pk"], Step.action == "submit").order_by(Step.seq.desc())
        assert s.scalars(last.limit(1)).one().facts["word"] == word
