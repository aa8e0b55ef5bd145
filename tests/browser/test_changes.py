"""A postponement in a real browser: a firm without an account answers from its letter, on a phone; the commission decides."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from services.sign_in import today
from tests.browser.conftest import Site
from tests.browser.looks import faults

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def letter(page: Page, subject: str) -> str:
    """The text of the newest letter with this subject in the signed-in person's mailbox."""
    for _again in range(40):
        page.goto("/mailbox/")
        found = page.locator("a", has_text=re.compile(subject)).first
        if found.count():
            found.click()
            expect(page.locator("h1")).to_contain_text(re.compile(subject))
            return page.locator("main").inner_text()
        page.wait_for_timeout(250)
    raise AssertionError(subject)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_firm_answers_from_its_letter_and_the_commission_decides(
    served: Callable[[str], Site], someone: Callable[..., Page], engine: str
) -> None:
    site = served(engine)
    firm = someone(site, "isveren")
    link = re.search(r"/answer/[\w-]+", letter(firm, "Yanıtınız bekleniyor: Erteleme"))
    assert link

    phone = someone(site, None, **PHONE)
    phone.goto(link[0])
    expect(phone.locator("h1")).to_contain_text("Erteleme")
    phone.click("main form button")
    expect(phone.locator(".error-summary")).to_be_focused()
    assert faults(phone) == []
    phone.check('[name="answer"][value="agree"]')
    phone.click("main form button")
    phone.fill('[name="code"]', "000000")
    phone.click('main form:has([name="code"]) button')
    expect(phone.locator(".alert-danger")).to_be_visible()
    assert faults(phone) == []
    code = re.search(r"\b\d{6}\b", letter(firm, "Yanıtınız için kod"))
    assert code
    phone.fill('[name="code"]', code[0])
    phone.click('main form:has([name="code"]) button')
    expect(phone.locator(".alert-success")).to_be_visible()
    assert faults(phone) == []
    phone.goto(link[0])
    expect(phone.locator(".alert-info")).to_be_visible()
    expect(phone.locator("main form")).to_have_count(0)

    chair = someone(site, "baskan")
    chair.goto("/changes/?state=with_commission")
    waiting = chair.locator("tbody a").count()
    chair.locator("tbody a", has_text=re.compile(".")).first.click()
    expect(chair.locator(".steps .btn-success")).to_be_visible()
    decided = chair.url
    chair.click(".steps .btn-success")
    expect(chair.locator(".alert-success")).to_contain_text("Onaylandı")  # on the next one that waits
    chair.goto(decided)
    expect(chair.locator(".badge-state").first).to_have_text("Onaylandı")
    chair.goto("/changes/?state=with_commission")
    expect(chair.locator("tbody a")).to_have_count(waiting - 1)


def test_a_student_counts_the_days_asks_and_withdraws(
    served: Callable[[str], Site], someone: Callable[..., Page]
) -> None:
    page = someone(served("sqlite"), "ogrenci2", **PHONE)
    page.goto("/my-applications/")
    page.locator("tbody tr", has_text="Devam ediyor").locator(".row-actions a").click()
    page.click('a[href*="/my-changes/ask/"][href$="extend"]')
    page.click("main form .btn-primary")
    expect(page.locator(".error-summary")).to_be_focused()
    ends_on = today() + timedelta(days=60)
    page.fill('[name="ends_on"]', ends_on.isoformat())
    page.fill('[name="why"]', "Projenin teslimi uzadı.")
    page.click('button[name="count"]')
    expect(page.locator('[name="why"]')).to_have_value("Projenin teslimi uzadı.")
    expect(page.locator(".counted-sum")).to_be_visible()
    page.fill('[name="ends_on"]', (today() + timedelta(days=21)).isoformat())
    page.click("main form .btn-primary")
    expect(page.locator(".alert-success")).to_be_visible()
    expect(page.locator('a[href*="/my-changes/ask/"]')).to_have_count(0)
    page.click('a[href*="/my-changes/details/"]')
    page.click(".steps a, .steps button")
    page.click("main form.sheet .btn-primary")
    expect(page.locator(".badge-state").first).to_have_text("Öğrenci geri çekti")
