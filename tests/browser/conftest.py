"""A whole university behind a real server, and a real browser in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from services.sign_in import today
from tests.browser.find import chromium
from tests.databases import Databases
from tests.patience import PATIENCE, until
from tests.people import PASSWORD
from tests.services.test_outbox import Sink, a_server

ROOT = Path(__file__).resolve().parents[2]
SECRET_KEY = "s" * 32
expect.set_options(timeout=PATIENCE * 1000)
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@dataclass(frozen=True)
class Site:
    """A served demo university; people sign in with PASSWORD."""

    url: str
    folder: Path


@pytest.fixture(scope="session")
def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """Serve a demo university on an engine, once for the whole run."""
    sites: dict[str, Site] = {}
    processes: list[subprocess.Popen[bytes]] = []

    def serve(engine: str) -> Site:
        if engine not in sites:
            sites[engine] = _served(databases.fresh(engine), tmp_path_factory.mktemp(engine), processes)
        return sites[engine]

    yield serve
    _end(processes)


@dataclass(frozen=True)
class Year:
    """A demo university whose weeks pass when a test says so, and whose letters leave through a mail server."""

    site: Site
    mail: Sink
    days: Path
    read: set[int] = field(default_factory=set)

    def today(self) -> date:
        """The day it is there."""
        return today() + timedelta(days=int(self.days.read_text()))

    def until(self, day: date) -> None:
        """Let time pass up to a day."""
        self.days.write_text(str((day - today()).days))

    def letter(self, to: str, subject: str) -> str:
        """The plain text of a letter to an address with these words in its subject, each read once; waits for it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for n, (receivers, message) in enumerate(self.mail.kept):
                if n not in self.read and to in receivers and subject in message["Subject"]:
                    self.read.add(n)
                    return str(message.get_body(("plain",)).get_content())
            time.sleep(0.2)
        raise AssertionError(to, subject, [(r, m["Subject"]) for r, m in self.mail.kept])


@pytest.fixture
def year(databases: Databases, tmp_path: Path) -> Iterator[Callable[[str], Year]]:
    """Serve a demo university on an engine with a calendar and a mail server of the test's own."""
    processes: list[subprocess.Popen[bytes]] = []
    with a_server() as (mail, address):

        def begun(engine: str) -> Year:
            days = tmp_path / "days"
            days.write_text("0")
            site = _served(
                databases.fresh(engine), tmp_path, processes, "tests.browser.clock",
                STAJ_TEST_DAYS=str(days), MAIL_URL=address, MAIL_FROM="Staj <staj@demo.edu.tr>",
            )  # fmt: skip
            return Year(site, mail, days)

        yield begun
        _end(processes)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(timeout=20)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, served: Callable[[str], Site]) -> Site:
    """The demo university on either engine."""
    return served(request.param)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def someone(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each a person's own browser; a complaint on the console or a failed request fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(site: Site, login: str | None = None, **options: Any) -> Page:
        context = browser.new_context(
            base_url=site.url, **{"locale": "tr-TR", "viewport": {"width": 1360, "height": 900}, **options}
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda r: complaints.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        if login:
            sign_in(page, login)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def back(page: Page) -> None:
    """Go back as the button does; asked of the page itself, which is there once the one before has gone."""
    page.wait_for_load_state()
    with page.expect_navigation(), suppress(Error):  # the page may be gone before it answers
        page.evaluate("history.back()")


def forward(page: Page) -> None:
    """Go forward as the button does."""
    page.wait_for_load_state()
    with page.expect_navigation(), suppress(Error):  # the page may be gone before it answers
        page.evaluate("history.forward()")


def press(page: Page, key: str) -> None:
    """Press a key of ours once the page's script is there to hear it, and the page has been looked at for a moment."""
    page.wait_for_load_state()
    page.wait_for_timeout(700)
    page.keyboard.press(key)


def sign_in(page: Page, login: str) -> None:
    """Sign in as a demo person, the way people do."""
    page.goto("/login")
    page.fill("#email", f"{login}@demo.edu.tr")
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda url: "/login" not in url)


def _served(
    database_url: str,
    folder: Path,
    processes: list[subprocess.Popen[bytes]],
    factory: str = "app",
    **surroundings: str,
) -> Site:
    """Seed, serve and work for a demo university made by the factory of a module, with further environment."""
    port = _free_port()
    site = Site(f"http://127.0.0.1:{port}", folder)
    env = {
        **os.environ,
        **surroundings,
        "DATABASE_URL": database_url,
        "STORAGE_URL": f"file://{folder / 'files'}",
        "JOBS_PATH": str(folder / "jobs.sqlite"),
        "IMPORTS_PATH": str(folder / "imports"),
        "PUBLIC_URL": site.url,
        "STAJ_DEMO_PASSWORD": PASSWORD,
        "SIGN_IN_LIMIT": "1000 per minute",
        "SECRET_KEY": SECRET_KEY,
        "PASSWORD_SALT": "p" * 32,
        "NATIONAL_ID_KEY": "n" * 32,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for command in (["seed", "apply", "seed/data"], ["seed", "demo"]):
        done = subprocess.run(
            ["flask", "--app", factory, *command], cwd=ROOT, env=env, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
    gunicorn = str(shutil.which("gunicorn", path=env["PATH"]))
    serving = [
        gunicorn,
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
        "--config",
        "gunicorn.conf.py",
        f"{factory}:create_app()",
    ]
    processes.extend(
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in (serving, ["flask", "--app", factory, "worker"])
    )
    _wait_for(site.url)
    return site


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _wait_for(url: str) -> None:
    def answers() -> bool:
        with suppress(OSError):
            return bool(urllib.request.urlopen(f"{url}/login", timeout=PATIENCE))
        return False

    until(answers)
