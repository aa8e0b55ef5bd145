"""One internship from its draft to its credited days, through all seven people, letters and files for real.

A firm that never had an account answers from its letters; the calendar moves on between the pages; the health office
takes its list out and brings the references in; the student and the firm do their part at a desk and on a phone.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Year, press, sign_in
from tests.browser.looks import faults
from tests.browser.test_every_page import pages_of, walked
from tests.browser.test_main_job import archive, begin, choose_institution, go_on, hand_in, monday

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
FIRM = "vildan.usta@firma.example.com"
NUMBER = "321101"  # Elif Yıldız, the student
TAKEN = ".alert-success"


@dataclass
class Walk:
    """The university, a way to open somebody's browser, and the one internship that is walked."""

    year: Year
    someone: Callable[..., Page]
    folder: Path
    screen: dict[str, Any]
    number: str = ""
    pages: dict[str, Page] = field(default_factory=dict)

    def at(self, who: str, path: str = "/") -> Page:
        """Somebody's browser, on a page of theirs."""
        if who not in self.pages:
            self.pages[who] = self.someone(self.year.site, who, **(self.screen if who == "ogrenci" else {}))
        page = self.pages[who]
        page.goto(path)
        if "/login" in page.url:  # days have passed: the session has ended
            sign_in(page, who)
            page.goto(path)
        return page

    def looked_at(self, page: Page, *addresses: str) -> None:
        """At a desk once, in every language, width and theme: pages that only a letter leads to."""
        if not self.screen:
            assert walked(page, addresses) == []

    def file(self, who: str) -> Page:
        """The internship as its student or its commission reads it."""
        desk = "my-applications" if who == "ogrenci" else "applications"
        return self.at(who, f"/{desk}/details/?id={self.number}")


@pytest.mark.parametrize(("engine", "screen"), [("sqlite", {}), ("postgresql", PHONE)], ids=["desk", "phone"])
def test_an_internship_walks_from_its_draft_to_its_credited_days(
    year: Callable[[str], Year], someone: Callable[..., Page], tmp_path: Path, engine: str, screen: dict[str, Any]
) -> None:
    walk = Walk(year(engine), someone, tmp_path, screen)
    starts_on = date.fromisoformat(monday(6))
    _it_knows_who_sits_where(walk)
    _a_student_applies(walk, starts_on)
    _the_career_centre_vouches_for_the_firm(walk)
    _the_chair_gives_the_file_and_the_member_approves(walk)
    _the_firm_comes_by_its_letter(walk)
    walk.year.until(starts_on - timedelta(days=28))  # no entry is made earlier than a month ahead
    _the_health_office_declares(walk, "İşe giriş bildirgesi", "SGK-100")

    moved = starts_on + timedelta(days=7)
    _the_student_postpones(walk, moved)
    _the_firm_agrees_by_letter(walk, "Yanıtınız bekleniyor: Erteleme")
    _the_commission(walk, "approve")
    expect(walk.file("ogrenci").locator("main")).to_contain_text(f"{moved.day}")
    _the_health_office_declares(walk, "İşe giriş düzeltmesi", "SGK-101")

    walk.year.until(moved + timedelta(days=2))
    _the_student_asks_for_more(walk)
    _the_firm_agrees_by_letter(walk, "Yanıtınız bekleniyor: Uzatma")
    _the_commission(walk, "reject")
    _the_firm_notes_an_absence(walk, moved)

    walk.year.until(moved + timedelta(days=40))
    _the_firm_closes_its_part(walk)
    _the_health_office_declares(walk, "İşten ayrılış bildirgesi", "SGK-102")
    _the_student_closes_the_internship(walk, moved)
    _the_commission_accepts_some_of_the_days(walk)
    _the_student_reads_what_is_credited(walk)
    _the_career_centre_counts_it(walk)
    _it_sees_that_every_letter_left(walk)


def _it_knows_who_sits_where(walk: Walk) -> None:
    it = walk.at("bidb", "/memberships/")
    expect(it.locator("main")).to_contain_text("Dr. Selin Aksoy")


def _a_student_applies(walk: Walk, starts_on: date) -> None:
    page = walk.at("ogrenci")
    walk.number = begin(page)
    choose_institution(page, starts_on.isoformat())
    page.check('input[name="pick"][value="new"]')
    for name, value in {
        "name": "Vildan Usta",
        "title": "Atölye şefi",
        "phone": "0462 111 22 33",
        "email": FIRM,
    }.items():
        page.fill(f'.new-only [name="{name}"]', value)
    go_on(page)
    hand_in(page, archive(walk.folder, "belgeler.zip"))
    page.click(".wizard-main form button.btn-lg")
    expect(page.locator(".state-submitted")).to_be_visible()


def _the_career_centre_vouches_for_the_firm(walk: Walk) -> None:
    """The firm is verified already or is verified now."""
    page = walk.file("kariyer")
    page.locator('main a[href*="/institutions/details/"]').first.click()
    expect(page.locator(".head .badge-state")).to_be_visible()
    verify = page.locator('form[action*="/verify"] button')
    if verify.count():
        verify.click()
    expect(page.locator(".head .state-verified")).to_be_visible()


def _the_chair_gives_the_file_and_the_member_approves(walk: Walk) -> None:
    chair = walk.file("baskan")
    chair.click('a[href*="/share"]')
    chair.get_by_label(re.compile("Selin Aksoy")).check()
    chair.click("main form .btn-primary")
    expect(chair.locator(TAKEN)).to_be_visible()
    member = walk.at("uye", "/applications/?reviewer=mine")
    member.click(f'a[data-open][href*="id={walk.number}"]')
    expect(member.locator("h1")).to_contain_text("Elif")
    press(member, "a")
    expect(member.locator(TAKEN)).to_be_visible()


def _the_firm_comes_by_its_letter(walk: Walk) -> Page:
    """At a desk or on a phone, without an account: the link of the letter, then a code to the address."""
    link = re.search(r"/firm/[\w-]+", walk.year.letter(FIRM, "Elif"))
    assert link
    page = walk.pages["firm"] = walk.someone(walk.year.site, None, **walk.screen)
    walk.looked_at(page, link[0])
    page.goto(link[0])
    page.click("main form .btn-primary")
    page.fill('[name="code"]', "000000")
    page.locator("main form .btn-primary").first.click()
    expect(page.locator(".alert-danger")).to_be_visible()
    assert faults(page) == []
    _with_the_code(walk, page)
    walk.looked_at(page, *pages_of(page))
    page.goto("/interns/")
    assert not re.search(r"\b\d{11}\b", page.content())  # no national id
    return page


def _the_firm_comes_again(walk: Walk) -> Page:
    """A visit lasts some hours: weeks later the same link asks for a new code."""
    page = walk.pages["firm"]
    page.goto("/interns/")
    expect(page.locator("main")).not_to_contain_text("Elif Yıldız")
    page.goto("/firm")
    page.fill('[name="email"]', FIRM)
    page.click("main form .btn-primary")
    link = re.search(r"/firm/[\w-]+", walk.year.letter(FIRM, "bağlantınız"))
    assert link
    page.goto(link[0])
    page.click("main form .btn-primary")
    _with_the_code(walk, page)
    return page


def _with_the_code(walk: Walk, page: Page) -> None:
    page.fill('[name="code"]', _code(walk, "sayfası için kod"))
    page.locator("main form .btn-primary").first.click()
    expect(page.locator("main")).to_contain_text("Elif Yıldız")


def _code(walk: Walk, subject: str) -> str:
    code = re.search(r"\b\d{6}\b", walk.year.letter(FIRM, subject))
    assert code
    return code[0]


def _the_health_office_declares(walk: Walk, kind: str, reference: str) -> None:
    """Ticks the declaration, takes the list out, fills the reference in, brings the file back."""
    page = walk.at("mediko", "/declarations/")
    row = page.locator("tbody tr", has_text=kind).filter(has_text=NUMBER).filter(has_text="Yapılacak")
    row.locator('input[name="row"]').check()
    page.click(".bulk .btn-primary")
    page.click(".sheet .btn-primary")  # it asks first
    expect(page.locator('[data-taken="1"]')).to_be_visible()
    with page.expect_download() as download:
        page.click("main form .btn-primary")
    heading, line = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    given = dict(zip(heading, line, strict=True))
    assert re.fullmatch(r"\d{11}", str(given["T.C. kimlik no"]))
    back = walk.folder / f"{reference}.csv"
    with back.open("w", encoding="utf-8-sig", newline="") as written:
        csv.writer(written, delimiter=";").writerows(
            [heading, [_typed({**given, "Referans no": reference}[name]) for name in heading]]
        )
    page.goto("/declarations/references")
    page.set_input_files("#file", back)
    page.click("main form .btn-primary")
    expect(page.locator('[data-taken="1"]')).to_be_visible()
    expect(page.locator("tbody")).to_contain_text(reference)


def _typed(cell: Any) -> Any:
    """A cell as Excel writes it into a CSV."""
    return int(cell) if isinstance(cell, float) else cell


def _the_student_postpones(walk: Walk, moved: date) -> None:
    page = walk.file("ogrenci")
    page.click('a[href*="/my-changes/ask/"][href$="postpone"]')
    page.fill('[name="starts_on"]', moved.isoformat())
    page.fill('[name="ends_on"]', (moved + timedelta(days=18)).isoformat())
    page.fill('[name="why"]', "Bütünleme sınavım var.")
    page.click('button[name="count"]')
    expect(page.locator(".counted-sum")).to_be_visible()
    page.click("main form .btn-primary")
    expect(page.locator(TAKEN)).to_be_visible()


def _the_student_asks_for_more(walk: Walk) -> None:
    page = walk.file("ogrenci")
    expect(page.locator('a[href*="/my-changes/ask/"][href$="postpone"]')).to_have_count(0)
    page.click('a[href*="/my-changes/ask/"][href$="extend"]')
    page.fill('[name="ends_on"]', (walk.year.today() + timedelta(days=23)).isoformat())
    page.fill('[name="why"]', "Proje bitmedi.")
    page.click("main form .btn-primary")
    expect(page.locator(TAKEN)).to_be_visible()


def _the_firm_agrees_by_letter(walk: Walk, subject: str) -> None:
    link = re.search(r"/answer/[\w-]+", walk.year.letter(FIRM, subject))
    assert link
    page = walk.someone(walk.year.site, None, **walk.screen)
    walk.looked_at(page, link[0])
    page.goto(link[0])
    page.check('[name="answer"][value="agree"]')
    page.click("main form button")
    expect(page.locator('[name="code"]')).to_be_visible()
    assert faults(page) == []
    page.fill('[name="code"]', _code(walk, "Yanıtınız için kod"))
    page.click('main form:has([name="code"]) button')
    expect(page.locator(TAKEN)).to_be_visible()
    page.goto(link[0])  # answered once, it does nothing more
    expect(page.locator(".alert-info")).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)
    assert faults(page) == []


def _the_commission(walk: Walk, action: str) -> None:
    page = walk.at("uye", "/changes/?state=with_commission")
    page.locator("tbody a", has_text="Elif").first.click()
    expect(page.locator(".steps .btn-success")).to_be_visible()
    decided = page.url
    if action == "approve":
        page.click(".steps .btn-success")
    else:
        page.click(f'.steps a[href*="/{action}"]')
        page.fill('[name="reason"]', "Dönem başlıyor, uzatma uygun değil.")
        page.click("main form .btn-primary")
    expect(page.locator(TAKEN)).to_be_visible()
    page.goto(decided)
    expect(page.locator(".badge-state").first).to_have_text(
        {"approve": "Onaylandı", "reject": "Komisyonca reddedildi"}[action]
    )


def _the_firm_notes_an_absence(walk: Walk, moved: date) -> None:
    """The second day of the first week, with a reason."""
    firm = _the_firm_comes_again(walk)
    firm.locator(".letters-row", has_text="Elif").last.click()
    firm.locator('.parts a[href*="attendance"]').click()
    week = firm.locator("details.week").first
    for day, there in (
        (moved, "present"),
        (moved + timedelta(days=1), "absent"),
        (moved + timedelta(days=2), "present"),
    ):
        firm.locator(f'[name="there-{day}"][value="{there}"] + label').click()
    firm.fill(f'[name="why-{moved + timedelta(days=1)}"]', "Raporlu")
    week.locator(".week-save").click()
    expect(firm.locator(TAKEN)).to_be_visible()


def _the_firm_closes_its_part(walk: Walk) -> None:
    firm = _the_firm_comes_again(walk)
    firm.locator(".letters-row", has_text="Elif").last.click()
    firm.locator('.parts a[href*="attendance"]').click()
    firm.locator(".counted-line").wait_for()
    for _week in range(10):
        if not firm.locator("details.week-open").count():
            break
        week = firm.locator("details.week-open").first
        if week.get_attribute("open") is None:
            week.locator("summary").click()
        begun = week.locator(".week-all").count() == 0  # the week with the absence is saved day by day
        with firm.expect_navigation():
            week.locator(".week-save" if begun else ".week-all").click()
        expect(firm.locator(TAKEN)).to_be_visible()
    firm.locator(".counted-line form button").click()
    expect(firm.locator(".counted-line .state-confirmed")).to_be_visible()
    firm.locator('.parts a[href*="evaluation"]').click()
    firm.click('[name="give"]')
    expect(firm.locator(".error-summary")).to_be_focused()
    for question in firm.locator(".question").all():
        if question.locator("textarea").count():
            question.locator("textarea").fill("Özenli çalıştı: SIRDAŞ")
        else:
            question.locator("input").first.check(force=True)
    firm.click('[name="give"]')
    expect(firm.locator(".state-given")).to_be_visible()


def _the_student_closes_the_internship(walk: Walk, moved: date) -> None:
    page = walk.at("ogrenci", f"/completion/{walk.number}")
    expect(page.locator("main")).to_contain_text("Raporlu")
    assert "SIRDAŞ" not in page.content()
    page.click('.task a[href*="logbook"]')
    page.click(f'.log-days a[href*="{moved}"]')
    page.fill('[name="text"]', "Atölyeyi gezdim, iş güvenliği eğitimi aldım.")
    page.click("main form .btn-primary")
    page.goto(f"/completion/{walk.number}/logbook")
    page.set_input_files("#logbook", archive(walk.folder, "defter.7z"))
    page.click("main form .btn-primary")
    expect(page.locator(".uploaded strong")).to_have_text("defter.7z")
    page.goto(f"/completion/{walk.number}")
    page.click(".task form .btn-primary")
    expect(page.locator(".head .state-completion")).to_be_visible()
    assert "SIRDAŞ" not in page.content()


def _the_commission_accepts_some_of_the_days(walk: Walk) -> None:
    page = walk.file("uye")
    expect(page.locator(".completing")).to_contain_text("Raporlu")
    expect(page.locator(".completing")).to_contain_text("SIRDAŞ")
    page.click("summary.btn-outline-secondary")
    page.fill('[name="accepted"]', "12,5")
    page.fill("#fewer-reason", "Bir gün rapor eksik.")
    page.click('form[action*="accept_partly"] button')
    expect(page.locator(TAKEN)).to_be_visible()


def _the_student_reads_what_is_credited(walk: Walk) -> None:
    page = walk.at("ogrenci", f"/completion/{walk.number}")
    expect(page.locator("main")).to_contain_text("SIRDAŞ")
    expect(page.locator("main")).to_contain_text("Bir gün rapor eksik.")
    page.click('main a[href*="obligation"]')
    expect(page.locator("main")).to_contain_text("12½")


def _the_career_centre_counts_it(walk: Walk) -> None:
    """It is written to, and the number of its figures leads to the file."""
    assert "tamamlandı" in walk.year.letter("kariyer@demo.edu.tr", "Elif Yıldız")
    page = walk.at("kariyer", "/figures/?term=")
    page.locator('.figures a[href^="/applications/"][href*="state=partly_accepted"]').click()
    expect(page.locator("tbody")).to_contain_text("Elif Yıldız")


def _it_sees_that_every_letter_left(walk: Walk) -> None:
    """The demo's one letter that came back is sent again; none of this internship's is left behind."""
    page = walk.at("bidb", "/outbox/?state=failed")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("tbody tr form button")
    walk.year.letter("ayse.korkmaz@mackayazilim.example.com", "Elif Yıldız")
    page.goto("/outbox/?state=failed")
    expect(page.locator(".empty")).to_be_visible()
    page.goto(f"/history/?kind=application&number={walk.number}")
    for did in ("gönderdi", "onayladı", "erteledi"):
        expect(page.locator("tbody")).to_contain_text(did)
