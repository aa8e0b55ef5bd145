"""Every page of every desk: no violation of WCAG 2.2 AA, nothing wider than a phone, every control answers."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from services.guides import GUIDES
from tests.browser.conftest import Site

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# every two of language, width and theme together
LOOKS = {"en": ((1360, "dark"), (390, "light")), "tr": ((1360, "light"), (390, "dark"))}  # and Turkish it stays
ROLES = ("ogrenci2", "uye", "baskan", "isveren", "mediko", "kariyer", "bidb")
OUTSIDE = (
    "/login",
    "/reset",
    "/firm",
    "/help/",
    *(f"/help/{name}" for name in GUIDES),
)
NUMBER = re.compile(r"\d+|[0-9a-f]{16,}")
NOT_PAGES = (
    "/export/",
    "/file/",
    "/document/",
    "/go/",
    "/static/",
    "/template/",
    "/help/",
)  # the guides are the same for everybody: outside


@pytest.fixture
def here(served: Callable[[str], Site]) -> Site:
    """Pages look alike on both engines: one is enough."""
    return served("sqlite")


def shape(href: str) -> str:
    """Addresses that differ only in a number or a filter are one page."""
    parts = urlsplit(href)
    return NUMBER.sub("#", parts.path) + ("?" if parts.query else "")


def pages_of(page: Page) -> dict[str, str]:
    """One address of each shape that can be reached by links, from the start page on."""
    found, todo = {"/": "/"}, ["/"]
    while todo:
        page.goto(todo.pop())
        for href in page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)"):
            parts = urlsplit(href)
            local = parts.path + (f"?{parts.query}" if parts.query else "")
            if (
                href.startswith(page.url.split("/")[0] + "//" + urlsplit(page.url).netloc)
                and not any(n in local for n in NOT_PAGES)
                and shape(local) not in found
            ):
                found[shape(local)] = local
                todo.append(local)
    return found


def faults(page: Page) -> list[str]:
    """What axe objects to, and whether the page is wider than the window."""
    result = Axe().run(
        page, options={"runOnly": {"type": "tag", "values": RULES["runOnly"]}, "resultTypes": ["violations"]}
    )
    told = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in result.response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return told + ([f"{wide}px wider than the window"] if wide > 0 else [])


def speak(page: Page, language: str) -> None:
    page.goto("/")
    page.click(f'.foot button[value="{language}"]')
    expect(page.locator("html")).to_have_attribute("lang", language)


def walked(page: Page, addresses: Iterable[str]) -> list[str]:
    """The faults of these pages in every look."""
    wrong: list[str] = []
    for language, looks in LOOKS.items():
        speak(page, language)
        for address in addresses:
            answer = page.goto(address)
            assert answer
            assert answer.status == 200, address
            for width, scheme in looks:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way
                page.set_viewport_size({"width": width, "height": 900})
                wrong += [f"{language} {width} {scheme} {address} {fault}" for fault in faults(page)]
    return wrong


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_a_role_has_a_fault(here: Site, someone: Callable[..., Page], role: str) -> None:
    page = someone(here, role)
    addresses = pages_of(page)
    assert len(addresses) > 3
    assert walked(page, addresses.values()) == []


def test_no_page_outside_has_a_fault(here: Site, someone: Callable[..., Page]) -> None:
    assert walked(someone(here, None), OUTSIDE) == []
