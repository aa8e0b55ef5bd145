"""The controls of the desks, pressed one by one in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.settings import ROOT
from tests.browser.conftest import Site, back, press
from tests.browser.looks import faults

SAVED = ".alert-success"


@pytest.fixture
def here(served: Callable[[str], Site]) -> Site:
    """A university of its own: these tests change what others count."""
    return served("postgresql")


def names(page: Page) -> list[str]:
    page.wait_for_load_state()
    return page.locator("[data-open]").all_inner_texts()


def test_the_queue_is_filtered_searched_walked_by_keys_and_exported(
    here: Site, someone: Callable[..., Page], tmp_path: Path
) -> None:
    page = someone(here, "baskan")
    page.goto("/applications/")
    waiting = names(page)
    assert len(waiting) > 2
    press(page, "j")
    press(page, "j")
    expect(page.locator("tr.is-here [data-open]")).to_have_text(waiting[1])
    press(page, "k")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(waiting[0])
    press(page, "j")
    expect(page.locator("h1")).to_contain_text(waiting[1])
    press(page, "k")
    expect(page.locator("h1")).to_contain_text(waiting[0])
    page.click(".crumb a")

    page.select_option("#f-state", "all")
    page.click(".queue-filters .btn-primary")
    everybody = names(page)
    assert set(waiting) < set(everybody)
    firm = page.locator("[data-row] td:nth-child(4)").first.inner_text().splitlines()[0]
    page.click(".more summary")
    page.fill("#f-institution", firm)
    offered = page.locator(f'#institutions option[value^="{firm} ("]').first  # typed in full, it leads
    offered.wait_for(state="attached")
    page.fill("#f-institution", offered.get_attribute("value") or "")
    page.click(".queue-filters .btn-primary")
    expect(page).to_have_url(re.compile("institution="))
    assert 0 < len(names(page)) < len(everybody)
    shared = page.url
    page.locator("[data-open]").first.click()
    page.click(".crumb a")
    expect(page).to_have_url(
        re.compile(rf"^{re.escape(shared.partition('#')[0])}#r\d+$")
    )  # the filter survives the way to a file and back
    with page.expect_download() as download:
        page.click('.head-tools a[href*="csv"]')
    assert len(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()) == len(names(page)) + 1
    with page.expect_download() as download:
        page.click('.head-tools a[href*="xlsx"]')
    assert download.value.suggested_filename.endswith(".xlsx")

    page.click(".keys button")
    page.goto("/applications/")
    press(page, "j")
    expect(page.locator("tr.is-here")).to_have_count(0)
    page.click(".keys button")
    expect(page.locator("[data-shortcuts]")).to_be_visible()
    page.wait_for_load_state()
    press(page, "j")
    expect(page.locator("tr.is-here")).to_have_count(1)


def test_many_are_rejected_at_once_and_one_is_reopened_and_approved_in_the_list(
    here: Site, someone: Callable[..., Page]
) -> None:
    page = someone(here, "baskan.insaat")
    page.goto("/applications/")
    first = names(page)
    page.check("[data-all]")
    expect(page.locator("[data-ticked]")).to_have_text(f"({len(first)})")
    page.click('.bulk button[formaction*="reject"]')
    assert faults(page) == []
    page.click("main form button.btn-danger")
    expect(page.locator(".error-summary")).to_be_focused()
    assert faults(page) == []
    page.fill('[name="reason"]', "Toplu değerlendirme: formlar eski.")
    page.check('[name="pages"][value="files"]')
    page.click("main form button.btn-danger")
    expect(page.locator(f'[data-taken="{len(first)}"]')).to_be_visible()
    assert faults(page) == []
    page.goto("/applications/")
    expect(page.locator(".empty")).to_be_visible()
    page.goto("/applications/?state=rejected")
    page.locator("[data-open]").first.click()
    page.click('.decide a[href*="/reopen"]')
    page.fill('[name="reason"]', "Belge sonradan geldi.")
    page.click("main form button.btn-primary")
    expect(page.locator(SAVED)).to_be_visible()
    page.goto("/applications/")
    page.locator('tr [data-key="a"]').first.click()
    expect(page.locator(SAVED)).to_be_visible()
    expect(page.locator(".empty")).to_be_visible()


def test_an_announcement_is_written_published_read_and_withdrawn(here: Site, someone: Callable[..., Page]) -> None:
    member, student = someone(here, "uye"), someone(here, "ogrenci")
    member.goto("/publish/announcement/new/")
    member.click("main form button.btn-primary")
    expect(member.locator(".error-summary")).to_be_focused()
    member.fill('[name="title"]', "Şubat staj toplantısı")
    member.fill('[name="body"]', "Toplantı çarşamba günü **14.00**’te.")
    member.click("main form button.btn-primary")
    member.click('form[action*="/publish"] button')
    expect(member.locator(".state-published")).to_be_visible()
    student.goto("/announcements/")
    student.click("text=Şubat staj toplantısı")
    expect(student.locator("h1")).to_have_text("Şubat staj toplantısı")
    member.click('form[action*="/retract"] button')
    expect(member.locator(".state-withdrawn")).to_be_visible()
    student.goto("/announcements/")
    expect(student.locator("text=Şubat staj toplantısı")).to_have_count(0)


def test_a_new_institution_is_held_against_the_register_then_verified(here: Site, someone: Callable[..., Page]) -> None:
    member, centre = someone(here, "uye"), someone(here, "kariyer")
    member.goto("/institutions/new/")
    for name, value in {
        "name": "KARADENİZ YAZILIM Ltd. Şti.", "sector": "Yazılım", "address": "Kalkınma Mah.", "city": "Trabzon", "phone": "0462 300 00 00",
        "email": "bilgi@karadeniz2.example.com", "headcount": "5",
    }.items():  # fmt: skip
        member.fill(f'[name="{name}"]', value)
    member.locator('[name="kind"]').first.check() if member.locator(
        '[name="kind"][type="radio"]'
    ).count() else member.select_option('[name="kind"]', "private")
    member.click("main form button.btn-primary")
    assert faults(member) == []
    member.check("#different")
    member.click("main form button.btn-primary")
    expect(member.locator(".head .state-unverified")).to_be_visible()
    centre.goto(member.url)
    centre.click('form[action*="/verify"] button')
    expect(centre.locator(".head .state-verified")).to_be_visible()


def test_it_sees_a_difference_before_it_is_written_and_changes_a_unit_by_hand(
    here: Site, someone: Callable[..., Page], tmp_path: Path
) -> None:
    page = someone(here, "bidb")
    changed = (ROOT / "seed/data/faculties.csv").read_text(encoding="utf-8") + "DEN,Deneme Fakültesi,Trial Faculty\n"
    heading = changed.splitlines()[0].split(",")
    row = {"code": "DEN", "name": "Deneme Fakültesi", "name_en": "Trial Faculty"}
    lines = [*changed.splitlines()[:-1], ",".join(row.get(column, "") for column in heading)]
    path = tmp_path / "faculties.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    page.goto("/seed/")
    page.set_input_files('input[type="file"]', path)
    page.click("main form button.btn-primary")
    expect(page.locator(".import-new, .import-list").first).to_contain_text("DEN")
    assert faults(page) == []
    page.goto("/faculties/")
    expect(page.locator("text=Deneme Fakültesi")).to_have_count(0)
    back(page)
    page.click(".import-apply button")
    page.wait_for_load_state()
    page.goto("/faculties/")
    page.locator("tr", has_text="Deneme Fakültesi").locator("a").last.click()
    page.fill('[name="name"]', "Deneme ve Ölçme Fakültesi")
    page.click("main form button.btn-primary")
    page.goto("/faculties/")
    expect(page.locator("tr", has_text="Deneme ve Ölçme Fakültesi")).to_be_visible()


def test_theme_and_language_are_kept_where_they_were_chosen(here: Site, someone: Callable[..., Page]) -> None:
    page = someone(here, "ogrenci")
    page.goto("/regulations/")
    page.click('.foot button[value="dark"]')
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page).to_have_url(re.compile("/regulations/$"))
    page.click('.foot button[value="en"]')
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click('.foot a[href="/change"]')
    page.fill("#password", "yanlış parola")
    page.fill("#new_password", "kısa")
    page.fill("#new_password_confirm", "kısa")
    page.click("main form button")
    expect(page.locator(".error-summary, .field-error").first).to_be_visible()
