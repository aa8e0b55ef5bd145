"""Every picture of the guides can be made from the demo as it stands; `make pictures` keeps them in docs."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.guides import PICTURES as KEPT
from tests.browser.conftest import Site
from tests.browser.pictures import PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_guides_is_what_its_reader_sees(
    served: Callable[[str], Site], someone: Callable[..., Page], name: str
) -> None:
    picture = PICTURES[name]
    page = someone(served("sqlite"), picture.login, viewport={"width": picture.width, "height": picture.height})
    page.goto(picture.path)
    for link in picture.follow:
        page.locator(link).first.click()
    expect(page.locator("main h1")).to_be_visible()
    page.wait_for_load_state()
    drawn = page.screenshot()
    assert drawn.startswith(b"\x89PNG")
    if os.environ.get("STAJ_PICTURES"):
        KEPT.mkdir(exist_ok=True)
        (KEPT / f"{name}.png").write_bytes(drawn)
