"""Nothing is decided unseen by a key, a list is met again where it was left, and nothing shines through what stays on screen."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Site, back, press

HELD = 2.5  # seconds
LIST, COMPLETIONS = "/applications/", "/applications/?state=completion"


@pytest.fixture
def here(served: Callable[[str], Site]) -> Site:
    """Nothing is changed here: what would be decided is caught on its way."""
    return served("postgresql")


class Caught:
    """Catches every decision before it reaches the server, and answers as the server does: with another file."""

    def __init__(self, page: Page) -> None:
        self.decided: list[str] = []
        self.visits = 0
        self.page = page
        page.route(re.compile(r"/step/\d+/(approve|accept)"), self._catch)
        page.on("framenavigated", self._count)

    def _catch(self, route: Route) -> None:
        self.decided.append(route.request.url)
        route.fulfill(response=self.page.request.get(self.page.url))

    def _count(self, _frame: Any) -> None:
        self.visits += 1


def hold(page: Page, key: str) -> None:
    """Hold a key down, as its keyboard repeats it."""
    until = time.monotonic() + HELD
    while time.monotonic() < until:
        page.keyboard.down(key)
        page.wait_for_timeout(30)
    page.keyboard.up(key)


def hammer(page: Page, key: str) -> None:
    """A keyboard whose repetition looks like presses of their own."""
    until = time.monotonic() + HELD
    while time.monotonic() < until:
        page.keyboard.press(key)
        page.wait_for_timeout(30)


@pytest.mark.parametrize("where", [LIST, COMPLETIONS])
def test_a_key_that_is_held_decides_on_one_file_at_most(here: Site, someone: Callable[..., Page], where: str) -> None:
    page = someone(here, "baskan")
    page.goto(where)
    file = page.locator("[data-open]").first.get_attribute("href") or ""
    counted = {}
    for place in (where, file):
        for manner in (hold, hammer):
            for keys in ("a", "r") + (("j", "k") if place == file else ()):
                page.goto(place)
                page.wait_for_timeout(800)
                if place == where:
                    press(page, "j")
                seen = Caught(page)
                manner(page, keys)
                counted[place == file, manner.__name__, keys] = (len(seen.decided), min(seen.visits, 2))
                page.unroute_all()
                page.remove_listener("framenavigated", seen._count)
    assert {k: v for k, v in counted.items() if k[2] == "a"} == {
        (on_file, manner, "a"): (1, 1) for on_file in (False, True) for manner in ("hold", "hammer")
    }
    assert all(visits <= 1 and not decided for k, (decided, visits) in counted.items() if k[2] != "a"), counted


def test_what_was_not_on_screen_for_a_moment_is_not_decided_by_a_key(here: Site, someone: Callable[..., Page]) -> None:
    page = someone(here, "baskan")
    page.goto(LIST)
    page.goto(page.locator("[data-open]").first.get_attribute("href") or "")
    seen = Caught(page)
    page.reload()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert seen.decided == []
    press(page, "a")
    page.wait_for_timeout(300)
    assert len(seen.decided) == 1


PLACES = [
    ("kariyer", "/institutions/?kind=private", "tbody a"),
    ("kariyer", "/supervisors/", ".row-actions a"),
    ("baskan", "/applications/?state=all&order=newest", "[data-open]"),
    ("mediko", "/declarations/?state=all", "tbody td:nth-of-type(2) a"),
    ("bidb", "/accounts/", ".row-actions a"),
    ("bidb", "/departments/", ".row-actions a"),
]


@pytest.mark.parametrize(("who", "path", "link"), PLACES)
def test_a_list_is_met_again_at_the_row_where_it_was_left(
    here: Site, someone: Callable[..., Page], who: str, path: str, link: str
) -> None:
    page = someone(here, who, viewport={"width": 1360, "height": 500})
    page.goto(path)
    if page.locator(".pager [rel=next]").count():
        page.click(".pager [rel=next]")
    page.wait_for_load_state()
    row = page.locator("main tr[id]").nth(min(8, page.locator("main tr[id]").count() - 1))
    name, address = row.get_attribute("id"), page.url
    row.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    height = page.evaluate("scrollY")
    met = []
    for way in ("link", "back", "language"):
        if way != "language":
            opened = page.locator(f"#{name}").locator(link.removeprefix("tbody ")).first
            opened.evaluate("link => link.click()")  # where it stands: a click of the tool's would scroll first
            page.wait_for_url(lambda url: url.partition("#")[0] != address)
            page.wait_for_load_state()
            back(page) if way == "back" else page.locator(".crumb a").first.click()
        else:
            page.locator(f"#{name} a").first.focus()
            with page.expect_navigation():
                page.evaluate("document.querySelector('.foot [lang=en]').click()")
        page.wait_for_url(lambda url: url.partition("#")[0] == address)
        page.wait_for_load_state()
        page.wait_for_timeout(400)
        inside = page.evaluate(f"document.getElementById('{name}').contains(document.activeElement)")
        moved = abs(page.evaluate("scrollY") - height)
        met.append((way, moved < (200 if way == "language" else 3), inside))  # the words above are of other lengths
        expect(page.locator(f"#{name}")).to_be_in_viewport()
    with page.expect_navigation():
        page.evaluate("document.querySelector('.foot [lang=tr]').click()")
    assert met == [(way, True, True) for way in ("link", "back", "language")]


OPAQUE = """() => [...document.querySelectorAll("body *")].flatMap((e) => {
  const s = getComputedStyle(e);
  if (!["sticky", "fixed"].includes(s.position) || !e.offsetHeight) return [];
  const alpha = s.backgroundColor.startsWith("rgba") ? parseFloat(s.backgroundColor.split(",")[3]) : 1;
  return alpha === 1 ? [] : [e.className || e.tagName];
})"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
def test_nothing_shines_through_what_stays_on_screen(
    here: Site, someone: Callable[..., Page], theme: str, width: int
) -> None:
    seen = {}
    for who, paths in {
        "baskan": (LIST, COMPLETIONS, "/figures/"), "mediko": ("/declarations/",), "kariyer": ("/institutions/",),
        "ogrenci": ("/", "/my-applications/"),
    }.items():  # fmt: skip
        page = someone(here, who, viewport={"width": width, "height": 800}, color_scheme=theme)
        for path in paths:
            page.goto(path)
            seen[path] = page.evaluate(OPAQUE)
        if who == "baskan":
            page.goto(LIST)
            page.locator("[data-open]").first.click()
            page.wait_for_load_state()
            seen["file"] = page.evaluate(OPAQUE)
    assert {path: found for path, found in seen.items() if found} == {}
