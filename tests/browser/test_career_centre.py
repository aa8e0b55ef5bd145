"""The career centre's way in a real browser: duplicates merged and parted again, figures, notes, a word to the whole university."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.looks import faults

KEPT, DOUBLE = "Boztepe Yazılım San. ve Tic. Ltd. Şti.", "BOZTEPE YAZILIM Limited Şirketi"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_duplicate_is_found_compared_merged_and_parted_again(
    served: Callable[[str], Site], someone: Callable[..., Page], engine: str
) -> None:
    page = someone(served(engine), "kariyer")
    page.goto("/merging/?why=tax")
    pair = page.locator("tbody tr", has_text=DOUBLE)
    old = pair.locator("a", has_text=DOUBLE).first.get_attribute("href") or ""
    pair.locator(".btn", has_text="Karşılaştır").click()
    expect(page.locator("table.compare thead")).to_contain_text(KEPT)
    expect(page.locator("table.compare thead")).to_contain_text(DOUBLE)
    expect(page.locator("tr.differs").first).to_be_visible()
    assert faults(page) == []
    page.check(f'label:has-text("{KEPT} –")')
    page.click("main form .btn-primary")
    expect(page.locator("h1")).to_have_text(KEPT)
    expect(page.locator(".alert-success")).to_contain_text(DOUBLE)

    page.goto(old)  # a link somebody kept
    expect(page.locator("h1")).to_have_text(KEPT)
    expect(page.locator(".alert-info")).to_contain_text(DOUBLE)
    page.goto("/merging/?why=tax")
    expect(page.locator("main")).not_to_contain_text(DOUBLE)
    page.goto("/institutions/?q=boztepe+yazilim")
    expect(page.locator("tbody tr", has_text=KEPT)).to_have_count(1)
    expect(page.locator("tbody tr", has_text=DOUBLE)).to_have_count(0)

    page.locator("tbody a", has_text=KEPT).first.click()
    expect(page.locator("h1")).to_have_text(KEPT)
    page.locator(".files a", has_text=DOUBLE).click()
    expect(page.locator("h1")).to_have_text(DOUBLE)
    page.click("main form .btn-danger")
    expect(page.locator(".alert-success")).to_contain_text(DOUBLE)
    expect(page.locator("h1")).to_have_text(DOUBLE)
    expect(page.locator(".timeline li")).to_have_count(3)  # entered, merged, parted: nothing was rubbed out
    assert urlsplit(page.url).path == urlsplit(old).path
    page.goto("/merging/?why=tax")
    expect(page.locator("tbody tr", has_text=DOUBLE)).to_have_count(1)


def test_a_number_of_the_figures_leads_to_exactly_its_applications(
    served: Callable[[str], Site], someone: Callable[..., Page]
) -> None:
    page = someone(served("postgresql"), "kariyer")
    for by in ("faculty", "department", "term", "city", "sector", "state"):
        page.goto("/figures/?term=")
        sheet = page.locator(f"#{by}")
        link = sheet.locator("td.number a").last
        told = int(re.sub(r"\D", "", link.inner_text()))
        expect(sheet.locator("svg.bars")).to_contain_text(re.compile(rf": {told}(;|\s|$)"))  # the picture says it too
        link.click()
        rows = page.locator("[data-row]")
        expect(rows).to_have_count(min(told, 50))
    page.goto("/figures/?term=")
    page.select_option("#f-state", "approved")
    page.click("main form .btn-primary")
    expect(page.locator("#state tbody tr")).to_have_count(1)
    total = page.locator(".figures-total strong").inner_text()
    with page.expect_download() as download:
        page.click('#city a[href*="/export/city/csv"]')
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[-1].split(";")[1] == total


def test_a_note_is_written_and_struck_out(served: Callable[[str], Site], someone: Callable[..., Page]) -> None:
    page = someone(served("sqlite"), "kariyer")
    page.goto("/institutions/?q=Zigana")
    page.locator("tbody a", has_text="Zigana İnşaat").first.click()
    expect(page.locator("#notes")).to_be_visible()
    page.click("#notes .btn-primary")
    expect(page.locator(".error-summary")).to_be_focused()
    text = "Servis kış aylarında çalışmıyor."
    page.fill("#notes textarea", text)
    page.click("#notes .btn-primary")
    line = page.locator(".notes li", has_text=text)
    expect(line).to_have_count(1)
    line.locator("button").click()
    expect(page.locator(".notes li.is-struck", has_text=text)).to_contain_text("Barış Oğuz")
    member = someone(served("sqlite"), "uye")
    member.goto(page.url)
    expect(member.locator(".notes li.is-struck", has_text=text)).to_have_count(1)
    expect(member.locator("#notes form")).to_have_count(0)


def test_a_word_to_the_whole_university_reaches_a_student(
    served: Callable[[str], Site], someone: Callable[..., Page]
) -> None:
    page, title = someone(served("sqlite"), "kariyer"), "Staj fuarı 12 Aralık’ta"
    student = someone(served("sqlite"), "ogrenci")
    page.goto("/publish/announcement/new/")
    page.click("main form .btn-primary")
    expect(page.locator(".error-summary")).to_be_focused()
    page.fill("#title", title)
    page.fill("#body", "Bütün bölümlerin öğrencileri davetlidir.")
    page.select_option("#department", "0")
    page.click("main form .btn-primary")
    expect(page.locator("h1")).to_have_text(title)
    student.goto("/announcements/")
    expect(student.locator("main")).not_to_contain_text(title)  # nobody reads what is not published yet
    page.click(".steps .btn-success")
    expect(page.locator(".head .badge-state")).to_have_text("Yayımlandı")
    student.goto("/announcements/")
    student.locator("tbody tr", has_text=title).locator("a").first.click()
    expect(student.locator("main")).to_contain_text("davetlidir")
