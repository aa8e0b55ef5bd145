"""A request in a real browser: asked on a phone, answered with a template, asked again, answered, closed."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
SUBJECT = "Kulaklık takılır mı?"


def opened(page: Page, state: str) -> None:
    """The commission's page of the request."""
    page.goto(f"/requests/?state={state}")
    page.locator("tbody a", has_text=SUBJECT).click()


def test_a_request_goes_back_and_forth_until_it_is_closed(
    served: Callable[[str], Site], someone: Callable[..., Page]
) -> None:
    site = served("sqlite")
    phone = someone(site, "ogrenci", **PHONE)
    phone.goto("/my-requests/new/")
    phone.fill('[name="subject"]', SUBJECT)
    phone.click("main form .btn-primary")
    expect(phone.locator(".error-summary")).to_be_focused()
    expect(phone.locator('[name="subject"]')).to_have_value(SUBJECT)
    phone.fill('[name="text"]', "Üretim alanında kulaklık zorunlu mu?")
    phone.set_input_files(
        '[name="file"]',
        {"name": "yazi.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x\nstartxref\n0\n%%EOF"},
    )
    phone.click("main form .btn-primary")
    expect(phone.locator(".alert-success")).to_be_visible()
    expect(phone.locator(".talk li")).to_have_count(1)
    address = phone.url

    member = someone(site, "uye")
    member.goto("/")
    expect(member.locator(".card-urgent", has_text="talep yanıt bekliyor")).to_contain_text("12 gündür")
    opened(member, "open")
    with member.expect_download() as got:
        member.click(".talk a")
    assert got.value.suggested_filename == "yazi.pdf"
    member.fill('[name="reason"]', "Merhaba,")
    member.select_option('[name="template"]', label="Sigorta girişi")
    member.click('[name="use"]')
    expect(member.locator('[name="reason"]')).to_have_value(re.compile(r"^Merhaba,\s+Sigorta girişiniz"))
    member.click("main form .btn-primary")
    expect(member.locator(".alert-success")).to_contain_text("Yanıtlandı")
    expect(member.locator("h1")).not_to_have_text(SUBJECT)  # the next one that waits

    phone.goto(address)
    expect(phone.locator(".talk li")).to_have_count(2)
    expect(phone.locator(".talk li").last.locator(".talk-text")).to_have_text(
        re.compile(r"^Merhaba,\s+Sigorta girişiniz, .*başlamayın\.$", re.DOTALL)
    )
    expect(phone.locator(".head .badge-state")).to_have_text("Yanıtlandı")
    phone.fill('[name="reason"]', "Kulaklık zorunlu mu?")
    phone.click("main form.sheet .btn-primary")
    expect(phone.locator(".head .badge-state")).to_have_text("Yanıt bekliyor")

    opened(member, "open")
    member.fill('[name="reason"]', "Evet.")
    member.click("main form.sheet .btn-primary")
    opened(member, "answered")
    member.click(".steps button")
    expect(member.locator(".head .badge-state")).to_have_text("Kapandı")
    phone.goto(address)
    expect(phone.locator("main form")).to_have_count(0)
    expect(phone.locator(".talk li")).to_have_count(5)
    expect(phone.locator(".head .badge-state")).to_have_text("Kapandı")

    opened(member, "closed")
    member.click('.steps a[href*="/reopen"]')
    member.click("main form.sheet .btn-primary")
    expect(member.locator(".error-summary")).to_be_focused()
    member.fill('[name="reason"]', "Yönerge değişti, yeniden bakıyoruz.")
    member.click("main form.sheet .btn-primary")
    expect(member.locator(".head .badge-state")).to_have_text("Yanıt bekliyor")
    phone.goto(address)
    expect(phone.locator(".head .badge-state")).to_have_text("Yanıt bekliyor")
    expect(phone.locator(".talk li")).to_have_count(6)
    expect(phone.locator(".talk li").last).to_contain_text("yeniden açtı")
    expect(phone.locator(".talk li").last.locator(".talk-text")).to_have_text("Yönerge değişti, yeniden bakıyoruz.")
