"""What a browser does to somebody who fills in the wizard: Back, Reload, a double click, two tabs, no script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, back, forward
from tests.browser.looks import faults
from tests.browser.test_main_job import begin, go_on, monday

SUMMARY = ".error-summary"


@pytest.fixture
def here(served: Callable[[str], Site]) -> Site:
    return served("sqlite")


def draft(page: Page) -> str:
    """A new draft, on its profile page; the draft's address."""
    page.goto("/apply/")
    page.click('form[action$="/start"] button')
    page.wait_for_url(at := re.compile(r"/apply/\d+"))
    found = at.search(page.url)
    assert found
    page.goto(f"{found[0]}/profile")
    return found[0]


def test_back_and_reload_show_what_was_typed_right_or_wrong(here: Site, someone: Callable[..., Page]) -> None:
    page = someone(here, "ogrenci")
    at = draft(page)
    page.fill('[name="phone"]', "beş yüz")
    page.fill('[name="email"]', "kimse")
    go_on(page)
    expect(page.locator(SUMMARY)).to_be_focused()
    expect(page.locator(".field-error")).to_have_count(2)
    assert faults(page) == []
    page.reload()
    expect(page.locator('[name="phone"]')).to_have_value("beş yüz")
    expect(page.locator(SUMMARY)).to_be_visible()
    page.fill('[name="phone"]', "0532 111 22 33")
    page.fill('[name="email"]', "elif@demo.edu.tr")
    go_on(page)
    expect(page).to_have_url(re.compile(f"{at}/internship$"))
    back(page)
    expect(page.locator('[name="phone"]')).to_have_value("0532 111 22 33")
    page.fill('[name="phone"]', "0532 111 22 44")
    go_on(page)
    expect(page).to_have_url(re.compile(f"{at}/internship$"))  # no other tab was there to warn of
    go_on(page)
    expect(page.locator(SUMMARY)).to_be_focused()
    assert faults(page) == []
    back(page)
    forward(page)
    expect(page.locator("main h1")).to_be_visible()
    page.goto(f"{at}/profile")
    expect(page.locator('[name="phone"]')).to_have_value("0532 111 22 44")


def test_a_double_click_saves_once_and_warns_of_no_other_tab(here: Site, someone: Callable[..., Page]) -> None:
    for script in (True, False):
        page = someone(here, "ogrenci", java_script_enabled=script)
        at = draft(page)
        page.fill('[name="phone"]', "0532 111 22 33")
        page.dblclick('button[name="go"][value="next"]')
        page.wait_for_url(f"**{at}/internship")
        page.goto(f"{at}/profile")
        expect(page.locator('[name="version"]')).to_have_value("1")
        expect(page.locator(".alert-warning")).to_have_count(0)


def test_two_tabs_lose_neither_ones_words(here: Site, someone: Callable[..., Page]) -> None:
    first = someone(here, "ogrenci")
    at = draft(first)
    second = first.context.new_page()
    second.goto(f"{at}/profile")
    first.fill('[name="phone"]', "0532 111 11 11")
    go_on(first)
    second.fill('[name="phone"]', "0532 222 22 22")
    go_on(second)
    expect(second.locator(".alert-warning")).to_be_focused()
    second.reload()
    expect(second.locator('[name="phone"]')).to_have_value("0532 222 22 22")
    first.goto(f"{at}/profile")
    expect(first.locator('[name="phone"]')).to_have_value("0532 111 11 11")
    go_on(second)
    assert second.url.endswith(f"{at}/internship")
    first.reload()
    expect(first.locator('[name="phone"]')).to_have_value("0532 222 22 22")


@pytest.mark.parametrize("script", [True, False])
def test_the_list_of_pages_keeps_what_is_typed(here: Site, someone: Callable[..., Page], script: bool) -> None:
    page = someone(here, "ogrenci", java_script_enabled=script)
    at = draft(page)
    page.fill('[name="phone"]', "0532 1")
    page.click('.pages button[value="supervisor"]')
    expect(page).to_have_url(re.compile(f"{at}/supervisor$"))
    back(page)
    expect(page.locator('[name="phone"]')).to_have_value("0532 1")
    page.keyboard.press("Escape")
    page.locator('[name="email"]').press("Enter")  # Enter still means: save and continue
    expect(page.locator(SUMMARY)).to_be_visible()
    expect(page).to_have_url(re.compile(f"{at}/profile$"))


def test_dates_against_a_rule_are_marked_and_named_at_once(here: Site, someone: Callable[..., Page]) -> None:
    page = someone(here, "ogrenci")
    begin(page)
    page.fill("#q", "yazılım")
    page.locator("[data-picks] input").first.wait_for()
    page.locator("[data-picks] input").first.check()
    page.fill('[name="starts_on"]', monday(6))
    page.fill('[name="ends_on"]', monday(6))
    go_on(page)
    expect(page.locator(SUMMARY)).to_be_focused()
    expect(page.locator(SUMMARY)).to_contain_text("m. ")
    expect(page.locator(".page-rule [value=institution]")).to_be_visible()
    assert faults(page) == []
    page.click('button[name="go"][value="on"]')
    expect(page).to_have_url(re.compile("/supervisor$"))
    back(page)
    expect(page.locator('[name="starts_on"]')).to_have_value(monday(6))
