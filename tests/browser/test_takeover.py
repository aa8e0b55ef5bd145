"""Somebody tries to become the firm: refused by the pages, asked of the old address, and told to three desks when it changes."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.looks import faults

FIRM, PERSON, NEW = "Karaca", "Şenol Karaca", "senol@yeni.example.com"
OLD = "senol.karaca@staj.example.com"


def _typed(page: Page, link: str, address: str) -> None:
    """Type another address for the supervisor and save."""
    page.goto(link)
    page.fill("#email", address)
    page.click("form.sheet .btn-primary")


def test_a_takeover_ends_in_refusal_and_three_letters(
    served: Callable[[str], Site], someone: Callable[..., Page]
) -> None:
    site = served("sqlite")
    member = someone(site, "uye")
    member.goto(f"/institutions/?q={FIRM}")
    member.locator("tbody a", has_text=FIRM).first.click()
    edit = member.locator('a[href*="/supervisors/edit/"]').first.get_attribute("href") or ""
    member.goto(f"/applications/?state=submitted&q={FIRM}")
    member.locator("a[data-open]").first.click()
    member.click("form[action*='/approve'] .btn-success")  # from now on an internship takes place

    outsider = someone(site, "uye.elektrik")
    outsider.goto(edit)  # no file of this department names the firm
    expect(outsider.locator(".alert-danger")).to_contain_text("yalnız başka bölümlerin dosyalarında geçiyor")
    expect(outsider.locator("#email")).to_have_count(0)

    _typed(member, edit, "dr.selin@baska.example.com")
    expect(member.locator(".alert-warning")).to_contain_text("onay istendi")
    member.goto(edit)
    expect(member.locator("#email")).to_have_value(OLD)
    assert faults(member) == []

    career = someone(site, "kariyer")
    _typed(career, edit, NEW)
    expect(career.locator(".alert-success")).to_be_visible()
    post = someone(site, "bidb")  # this university sends no mail: its letters are read here
    post.goto("/mailbox/")
    heads = post.locator("main").inner_text()
    for subject in (
        "Adresinizin yerine başka bir adres yazıldı: Karaca",
        "Staj yetkilinizin yeni adresi",
        "Bir yetkilinin yeni adresi: Karaca",
    ):
        assert re.search(re.escape(subject), heads), subject
