"""A file is looked at before it is sent, shows how far it is, and says when nobody is signed in any more."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, sign_in
from tests.browser.test_wizard import draft
from tests.services.test_archives import PDF, zipped

ERROR = ".field-error"


@pytest.fixture
def here(served: Callable[[str], Site]) -> Site:
    return served("sqlite")


@pytest.fixture
def files_page(here: Site, someone: Callable[..., Page]) -> Page:
    page = someone(here, "ogrenci")
    page.goto(f"{draft(page)}/files")
    return page


def a_file(folder: Path, name: str, size: int = 0) -> Path:
    path = folder / name
    path.write_bytes(zipped({"form.pdf": PDF}))
    if size:
        with path.open("r+b") as file:
            file.truncate(size)
    return path


@pytest.mark.parametrize(
    ("name", "size", "said"), [("buyuk.zip", 60 * 1024 * 1024, "60 MB"), ("resim.jpg", 0, ".zip, .7z")]
)
def test_what_the_server_would_refuse_is_never_sent(
    files_page: Page, tmp_path: Path, name: str, size: int, said: str
) -> None:
    sent: list[str] = []
    files_page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    files_page.set_input_files("#archive", a_file(tmp_path, name, size))
    expect(files_page.locator(ERROR)).to_contain_text(said)
    files_page.click('button[value="next"]')
    expect(files_page.locator("#archive")).to_be_focused()
    assert sent == []


def test_a_file_is_sent_and_the_page_shows_it(files_page: Page, tmp_path: Path) -> None:
    files_page.set_input_files("#archive", a_file(tmp_path, "belgeler.zip"))
    files_page.click('button[value="next"]')
    expect(files_page.locator(".alert-success")).to_contain_text("belgeler.zip")
    expect(files_page.locator(".uploaded")).to_contain_text("form.pdf")


def test_a_session_that_ended_meanwhile_is_said_with_the_way_on(here: Site, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(base_url=here.url, locale="tr-TR")  # the browser complains of the 400 by itself
    page = context.new_page()
    sign_in(page, "ogrenci")
    page.goto(f"{draft(page)}/files")
    page.set_input_files("#archive", a_file(tmp_path, "belgeler.zip"))
    context.clear_cookies()
    page.click('button[value="next"]')
    expect(page.locator(".alert-warning")).to_contain_text("Oturumunuz")
    expect(page.get_by_text("belgeler.zip")).to_be_visible()
    expect(page.locator('main form[action*="/login"]')).to_be_visible()
    expect(page.locator(".top")).not_to_contain_text("Çıkış")  # nobody is signed in, and no part of the page says so
    context.close()
