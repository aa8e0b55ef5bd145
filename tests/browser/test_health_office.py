"""The health office's way in a real browser: the board, the list out, the references in, a correction, a national id shown."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from services import insurance_list
from tests.browser.conftest import Site
from tests.browser.looks import faults
from workflow.turkish import search_key

HEADINGS = insurance_list.columns().headings
UNKNOWN = "999999999"


def number(tile: Locator) -> int:
    """What a tile of the board counts."""
    return int(tile.locator("strong").inner_text())


def sheet(path: Path) -> list[dict[str, Any]]:
    """The rows of a workbook by its headings, which have to be those of the column map."""
    headings, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert headings == HEADINGS
    return [dict(zip(headings, row, strict=True)) for row in rows]


def workbook(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The list as the office hands it in again: its declaration numbers, references and refusals."""
    kept = ("Bildirge no", "Adı", "Referans no", "Ret gerekçesi")
    with xlsxwriter.Workbook(str(path)) as book:
        out = book.add_worksheet()
        for number, row in enumerate([dict(zip(kept, kept, strict=True)), *rows]):
            for column, heading in enumerate(kept):
                out.write(number, column, row[heading])
    return path


def files(page: Page) -> Locator:
    return page.locator('table.list tbody td:not(.tick) a[href*="/declarations/details/"]')


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_declarations_go_out_on_a_list_come_back_with_references_and_are_corrected(
    served: Callable[[str], Site], someone: Callable[..., Page], engine: str, tmp_path: Path
) -> None:
    page = someone(served(engine), "mediko")
    page.goto("/")
    page.click('main a[href*="due=overdue"]')
    overdue = page.locator(".board-overdue")
    expect(overdue).to_have_attribute("aria-current", "true")
    late = number(overdue)
    expect(files(page)).to_have_count(late)
    page.goto("/declarations/")
    expect(page.locator("tbody tr").first.locator(".urgency-overdue")).to_be_visible()  # the most urgent leads

    page.click(".bulk button")
    expect(page.locator(".alert-warning")).to_be_visible()  # nothing was ticked
    one_is_too_late_for_the_list(page, f"ELDEN-{engine}")

    page.goto("/declarations/?kind=entry")
    in_time = [row for row in page.locator("tbody tr").all() if row.locator('input[name="row"]').count()][:3]
    ticked = [row.locator('a[href*="/details/"]').inner_text() for row in in_time]
    for row in in_time:
        row.locator('input[name="row"]').check()
    page.click(".bulk button")
    page.click(".sheet .btn-primary")  # it asks first
    expect(page.locator('.alert-success[data-taken="3"]')).to_be_visible()
    assert faults(page) == []
    with page.expect_download() as download:
        page.click('form[action*="/list/xlsx"] .btn-primary')
    taken = sheet(Path(download.value.path()))
    assert [f"{row['Adı']} {row['Soyadı']}" for row in taken] == ticked
    assert all(re.fullmatch(r"\d{11}", row["T.C. kimlik no"]) and row["Belge türü"] in {"22", "44"} for row in taken)
    assert {row["Referans no"] for row in taken} == {""}
    with page.expect_download() as download:
        page.click('form[action*="/list/xlsx"] button[formaction*="/list/csv"]')
    assert download.value.suggested_filename.endswith(".csv")

    right, wrong, left = taken
    right["Referans no"] = f"SGK-{engine}-1"
    wrong |= {"Referans no": f"SGK-{engine}-2", "Ret gerekçesi": "Kimlik no hatalı."}
    unknown = left | {"Bildirge no": UNKNOWN, "Referans no": f"SGK-{engine}-3"}
    page.click('.sheet-end a[href*="/references"]')
    expect(page.locator("#file")).to_be_visible()
    page.set_input_files("#file", workbook(tmp_path / "liste.xlsx", [right, wrong, unknown]))
    page.click("main form .btn-primary")
    expect(page.locator('.alert-success[data-taken="1"]')).to_be_visible()
    expect(page.locator('.alert-danger[data-refused="2"]')).to_be_visible()
    assert faults(page) == []
    told = page.locator("tbody tr")
    expect(told).to_have_count(3)
    expect(told.nth(0).locator(".badge-state")).to_have_text("Tamamlandı")
    expect(told.nth(1).locator(".field-error")).to_be_visible()
    expect(told.nth(2)).to_contain_text(UNKNOWN)

    told.nth(0).locator("a").click()
    expect(page.locator("h1")).to_contain_text(ticked[0])
    expect(page.locator(".head .badge-state")).to_have_text("Tamamlandı")
    page.click('.steps a[href*="/correct"]')
    expect(page.locator("main form strong")).to_have_text(f"SGK-{engine}-1")
    page.click("main form .btn-primary")
    expect(page.locator(".error-summary")).to_be_focused()
    page.fill("#reference", f"SGK-{engine}-1A")
    page.fill("#reason", "Bir rakam eksik yazılmış.")
    page.click("main form .btn-primary")
    expect(page.locator(".timeline")).to_contain_text(f"SGK-{engine}-1 → SGK-{engine}-1A")
    expect(page.locator(".timeline")).to_contain_text("Bir rakam eksik yazılmış.")
    expect(page.locator(".facts").first).to_contain_text(f"SGK-{engine}-1A")

    page.goto("/declarations/?state=sent")
    here = {search_key(name) for name in files(page).all_inner_texts()}
    assert {search_key(name) for name in ticked[1:]} <= here  # neither the wrong nor the forgotten line is lost
    assert search_key(ticked[0]) not in here or ticked.count(ticked[0]) > 1
    page.goto("/declarations/")
    expect(page.locator(".board-overdue strong")).to_have_text(str(late - 1))

    page.fill("#q", ticked[1].split()[-1].upper())
    page.click(".filters .btn-primary")
    expect(page.locator(".empty, table.list")).to_be_visible()
    page.goto(f"{page.url}&state=all")
    assert ticked[1] in files(page).all_inner_texts()


def one_is_too_late_for_the_list(page: Page, reference: str) -> None:
    """The first of the board cannot be ticked, says why, and is finished by hand."""
    row = page.locator("tbody tr").first
    expect(row.locator('input[name="row"]')).to_have_count(0)
    row.locator(".tick a").click()
    expect(page.locator("[data-untimely]")).to_contain_text("SGK")
    page.click('.steps a[href*="/confirm"]')
    page.fill("#reference", reference)
    page.click("main form .btn-primary")
    page.goto("/declarations/?state=done&due=overdue")
    expect(page.locator("tbody")).to_contain_text(reference)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_national_id_is_shown_once_and_the_showing_is_on_record(
    served: Callable[[str], Site], someone: Callable[..., Page], engine: str
) -> None:
    page = someone(served(engine), "mediko")
    page.goto("/declarations/")
    files(page).last.click()
    shown = page.locator("[data-national-id]")
    ask = page.locator('form[action*="/national-id/"] button')
    expect(ask).to_be_visible()
    expect(shown).to_have_count(0)
    address, before = page.url, page.locator(".timeline li").count()
    ask.click()
    expect(shown).to_have_text(re.compile(r"^\d{11}$"))
    assert faults(page) == []
    number = shown.inner_text()
    page.goto(address)
    expect(ask).to_be_visible()
    assert number not in page.content()
    expect(page.locator(".timeline li")).to_have_count(before + 1)
    expect(page.locator(".timeline li").first).to_contain_text("Nuray Terzi")
