"""The main job in a real browser: a student applies, the commission rejects, the student corrects, the chair approves."""

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import py7zr
from playwright.sync_api import Page, expect

from services.sign_in import today
from tests.browser.conftest import Site, press
from tests.services.test_archives import PDF

REASON = "Kabul formunda kaşe eksik; düzeltip yeniden yükleyin."


def archive(folder: Path, name: str) -> Path:
    """A real archive of the kind the name says."""
    path = folder / name
    if path.suffix == ".7z":
        with py7zr.SevenZipFile(path, "w") as made:
            made.writestr(PDF, "kabul formu.pdf")
            made.writestr(PDF, "staj başvuru formu.pdf")
    else:
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("kabul formu.pdf", PDF)
    return path


def go_on(page: Page) -> None:
    page.click('button[name="go"][value="next"]')


def monday(weeks: int) -> str:
    day = today() + timedelta(weeks=weeks)
    return (day - timedelta(days=day.weekday())).isoformat()


def begin(page: Page) -> str:
    """Fill the wizard up to its fourth page; the number of the application."""
    page.goto("/apply/")
    page.click('form[action$="/start"] button')
    page.locator('input[name="read"]').first.wait_for()  # a slow machine is still drawing the page
    number = re.search(r"/apply/(\d+)/", page.url)
    assert number
    for tick in page.locator('input[name="read"]').all():
        tick.check()
    go_on(page)
    page.fill('[name="phone"]', "0532 111 22 33")
    go_on(page)
    page.locator('[name="internship_type"]').select_option(
        label=page.locator('[name="internship_type"] option').last.inner_text()
    )
    page.locator('[name="term"]').select_option(index=1)
    for name, value in (("paid", "no"), ("family_health_cover", "yes"), ("abroad", "no")):
        page.check(f'[name="{name}"][value="{value}"]')
    go_on(page)
    return number[1]


def choose_institution(page: Page, starts_on: str) -> None:
    page.fill("#q", "yazılım")
    page.locator("[data-picks] input").first.wait_for()
    page.locator("[data-picks] input").first.check()
    for day in range(5):
        page.locator(f'input[name="weekdays"][value="{day}"]').check()
    page.fill('[name="starts_on"]', starts_on)
    page.fill('[name="wanted"]', "15")
    page.click('button[name="go"][value="offer"]')
    expect(page.locator('[name="ends_on"]')).not_to_have_value("")
    expect(page.locator(".counted-sum strong")).to_have_text("15")
    go_on(page)


def hand_in(page: Page, file: Path) -> None:
    page.set_input_files("#archive", file)
    go_on(page)
    expect(page.locator(".uploaded strong")).to_have_text(file.name)
    go_on(page)


def decided(page: Page, number: str) -> None:
    """The member goes to the file by the queue's search, as people do."""
    page.goto("/applications/")
    page.fill("#q", "yıldız elif")
    page.click(".queue-filters button.btn-primary")
    page.click(f'a[data-open][href*="id={number}"]')


def test_a_student_applies_is_rejected_corrects_and_is_approved(
    site: Site, someone: Callable[..., Page], tmp_path: Path
) -> None:
    student = someone(site, "ogrenci", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    number = begin(student)
    choose_institution(student, monday(4))
    student.locator('input[name="pick"]:not([value="new"])').first.check()
    go_on(student)
    hand_in(student, archive(tmp_path, "belgeler.7z"))
    student.click(".wizard-main form button.btn-lg")
    expect(student.locator(".state-submitted")).to_be_visible()

    member = someone(site, "uye")
    decided(member, number)
    expect(member.locator(".entries")).to_contain_text("kabul formu.pdf")
    with member.expect_download() as download:
        member.click(".archive a")
    with py7zr.SevenZipFile(download.value.path()) as opened:
        assert sorted(opened.getnames()) == ["kabul formu.pdf", "staj başvuru formu.pdf"]
    press(member, "r")
    member.keyboard.type(REASON)
    member.click(".decide button.btn-danger")
    expect(member).to_have_url(re.compile("/step/"))  # no page was ticked: the member is asked again
    expect(member.locator('[name="reason"]')).to_have_value(REASON)
    member.check('[name="pages"][value="files"]')
    member.click("main form button.btn-primary")
    expect(member.locator(".alert-success")).to_be_visible()
    expect(member).not_to_have_url(re.compile(f"id={number}"))

    student.goto("/")
    student.click(".card-urgent")
    expect(student.locator(".alert-danger")).to_contain_text(REASON)
    student.goto("/my-applications/")
    student.locator(f'a[href*="application={number}"]').first.click()
    expect(student.locator(".page-pointed")).to_have_count(1)
    student.click(".page-pointed a")
    expect(student.locator("main")).to_contain_text(REASON)
    hand_in(student, archive(tmp_path, "belgeler-kaseli.zip"))
    student.click(".wizard-main form button.btn-lg")
    expect(student.locator(".state-submitted")).to_be_visible()

    chair = someone(site, "baskan")
    decided(chair, number)
    expect(chair.locator("[data-change]")).to_have_count(2)
    assert {c.get_attribute("data-change") for c in chair.locator("[data-change]").all()} == {
        "files.name",
        "files.sha256",
    }
    press(chair, "a")
    expect(chair.locator(".alert-success")).to_be_visible()

    student.goto(f"/my-applications/details/?id={number}")
    expect(student.locator(".state-upcoming")).to_be_visible()
    expect(student.locator(".timeline li")).to_have_count(4)
    student.click("#side-switch + label")
    student.click('.side a[href="/mailbox/"]')
    letters = student.locator(".letters-row").first
    letters.wait_for()
    letters.click()
    student.locator(f'main a[href*="/go/application/{number}"]').first.wait_for()
