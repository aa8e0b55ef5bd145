"""Every page of every desk: no violation of WCAG 2.2 AA, nothing wider than a phone, every control answers."""

import re
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from services import choices
from services.guides import GUIDES
from services.sign_in import LANGUAGES
from tests.browser.conftest import SECRET_KEY, Site, sign_in
from tests.browser.looks import faults
from tests.people import PASSWORD

ROLES = ("ogrenci2", "baskan", "isveren", "mediko", "kariyer", "bidb")
OUTSIDE = (
    "/login",
    "/reset",
    "/firm",
    "/help/",
    *(f"/help/{name}" for name in GUIDES),
)
FIRM = "ayse.korkmaz@mackayazilim.example.com"
NUMBER = re.compile(r"\d+|[0-9a-f]{16,}")
ALL = "state=all"
# empties what a form demands, as a browser that does not look would send it; whether anything it demands is empty
EMPTIED = """form => {
    const wanted = [...form.elements].filter(c => c.required && !["checkbox", "radio", "file"].includes(c.type));
    for (const c of wanted) { c.required = false; c.value = ""; }
    form.noValidate = true;
    return wanted.some(c => c.value === "");
}"""
# each link, and the state of the row of a list it stands in
LINKS = """[...document.querySelectorAll("a[href]")].map(a => [a.href,
    (a.closest("tbody tr, .letters-row")?.querySelector(".badge-state")?.className.match(/state-(?!state)\\w+/) ?? [""])[0]])"""
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
    return NUMBER.sub("#", parts.path) + (f"?{ALL if ALL in parts.query else ''}" if parts.query else "")


def pages_of(page: Page, *, states: bool = False) -> Iterator[str]:
    """One address of each shape that links lead to, from the start page on, each opened; lists also with every state.

    `states`: what a list leads to once for each state of its rows.
    """
    found, todo = {"/"}, ["/"]
    while todo:
        address = todo.pop()
        page.goto(address)
        here = urlsplit(page.url)
        whole = [(f"{here.path}?{ALL}", "")] if page.locator('[name="state"] option[value="all"]').count() else []
        for href, state in whole + page.evaluate(LINKS):
            parts = urlsplit(urljoin(page.url, href))
            local = parts.path + (f"?{parts.query}" if parts.query else "")
            kind = shape(local) + (state if states else "")
            if parts.netloc == here.netloc and kind not in found and not any(n in local for n in NOT_PAGES):
                found.add(kind)
                todo.append(local)
        yield address


def refused(page: Page, sent: set[str]) -> Iterator[str]:
    """Each form of this page that demands something and is not in `sent`, sent empty; the page that says so is drawn."""
    address = page.url
    if "/apply/" in address:
        return  # a draft is kept as far as it goes: tests.browser.test_wizard
    for n in range(page.locator('main form[method="post"]').count()):
        form = page.locator('main form[method="post"]').nth(n)
        kind = shape(str(form.get_attribute("action") or address)) + str(form.locator("[name]").count())
        if kind in sent or not form.locator("[required]").count() or not form.evaluate(EMPTIED):
            continue
        sent.add(kind)
        with page.expect_navigation() as gone:
            form.evaluate("form => form.requestSubmit()")
        assert gone.value
        said = gone.value.status, page.locator(".error-summary").count(), gone.value.request.redirected_from
        assert said == (200, 1, None), f"{address} {kind} sent empty: {said}"
        yield f"{address} {kind} sent empty"
        page.goto(address)


def speak(page: Page, language: str) -> None:
    page.goto("/")
    page.click(f'.foot button[value="{language}"]')
    expect(page.locator("html")).to_have_attribute("lang", language)


def walked(page: Page, addresses: Iterable[str], *, status: int = 200) -> list[str]:
    """The faults of these pages in every language and look; Turkish last, as it was."""
    wrong: list[str] = []
    for language in reversed(LANGUAGES):
        speak(page, language)
        for address in addresses:
            answer = page.goto(address)
            assert answer
            assert answer.status == status, address
            wrong += [f"{language} {address} {fault}" for fault in faults(page)]
    return wrong


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_a_role_has_a_fault(here: Site, someone: Callable[..., Page], role: str) -> None:
    """In English one page of each kind, in Turkish, which accounts are left in, also one for each state."""
    page = someone(here, role)
    wrong: list[str] = []
    for language in reversed(LANGUAGES):
        speak(page, language)
        met, sent = 0, set[str]()
        for address in pages_of(page, states=language == "tr"):
            met += 1
            assert page.locator("main h1").count(), address
            wrong += [f"{language} {address} {fault}" for fault in faults(page)]
            wrong += [f"{language} {what} {fault}" for what in refused(page, sent) for fault in faults(page)]
        assert met > 9
        assert sent
    assert wrong == []


def test_the_chair_has_every_page_of_a_member(here: Site, someone: Callable[..., Page]) -> None:
    """So the walk of the chair is the member's too."""
    member, chair = ({shape(address) for address in pages_of(someone(here, who))} for who in ("uye", "baskan"))
    assert member - chair == set()


def test_no_page_that_says_what_went_wrong_has_a_fault(here: Site, browser: Browser) -> None:
    page = browser.new_page(base_url=here.url, locale="tr-TR")
    assert walked(page, ["/olmayan-sayfa"], status=404) == []
    page.goto("/login")
    page.evaluate("document.querySelector('main [name=csrf_token]').value = 'eski'")
    page.fill("#email", "uye@demo.edu.tr")
    page.fill("#password", PASSWORD)
    with page.expect_navigation() as gone:
        page.click("main form button")
    assert gone.value.status == 400
    assert faults(page) == []
    sign_in(page, "uye")
    assert walked(page, ["/olmayan-sayfa"], status=404) == []
    page.context.close()


def reminders_of(email: str) -> str:
    """The page in the foot of a reminder to a firm without an account."""
    app = Flask("letters")
    app.secret_key, app.extensions["staj"] = SECRET_KEY, SimpleNamespace(public_url="")
    with app.app_context():
        return choices.address(user_id=None, email=email)


def test_no_page_outside_has_a_fault(here: Site, someone: Callable[..., Page]) -> None:
    assert walked(someone(here, None), [*OUTSIDE, reminders_of(FIRM)]) == []
