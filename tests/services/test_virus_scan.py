"""A virus scanner beside the site: a real clamd with a list of its own, one that is silent, and none."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from services import virus_scan
from services.archives import Refusal
from services.archives.contents import EICAR
from services.health import checks
from services.virus_scan import Scanner, ScannerAway
from tests.patience import until
from tests.people import TODAY, looking
from tests.services.test_archives import PDF, seven, zipped
from tests.tools import found


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real clamd that knows one virus: the test file, and by it what stands in our own list."""
    if not (program := found("clamd")):
        pytest.skip("this machine has no clamd")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "list").mkdir()
    (folder / "list/ours.ndb").write_text(f"Ours-1:0:*:{EICAR.hex()}\nOurs-2:0:*:{b'KOTU-MAKRO-1'.hex()}\n")
    place = Path("/tmp") / f"clamd-{folder.parent.name}.ctl"  # a socket's path is short
    (folder / "clamd.conf").write_text(
        f"LocalSocket {place}\nDatabaseDirectory {folder / 'list'}\nForeground yes\nFixStaleSocket yes\nUser root\n"
        f"LogFile {folder / 'log'}\n"
    )
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen([program, "-c", folder / "clamd.conf"], stdout=out, stderr=out)
    until(lambda: place.exists() or process.poll() is not None)
    assert process.poll() is None, (folder / "out").read_text()
    yield f"unix://{place}"
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def body(tmp_path: Path) -> Path:
    return tmp_path / "upload"


INFECTED = {
    "as it is": EICAR,
    "in a zip": zipped({"a.txt": b"x", "b.docx": zipped({"word/document.xml": b"KOTU-MAKRO-1"})}),
    "in a 7z": seven({"a.txt": b"KOTU-MAKRO-1" * 20}),
    "in a pdf": PDF + b"KOTU-MAKRO-1",
}


@pytest.mark.parametrize("kind", INFECTED)
def test_a_virus_is_refused_by_name(clamd: str, body: Path, kind: str) -> None:
    body.write_bytes(INFECTED[kind])
    with pytest.raises(Refusal) as refused:
        Scanner(clamd).check(body, "belge.zip")
    assert refused.value.say.facts == {"name": "belge.zip"}


def test_what_carries_none_passes(clamd: str, body: Path) -> None:
    body.write_bytes(PDF * 5_000)
    Scanner(clamd).check(body, "belge.pdf")


def test_without_a_scanner_everything_passes(body: Path) -> None:
    Scanner("").check(body, "belge.pdf")


def test_where_the_chosen_scanner_does_not_answer_nothing_is_taken_in(
    body: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body.write_bytes(PDF)
    monkeypatch.setattr(virus_scan, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        scanner = Scanner(f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ScannerAway):
            scanner.check(body, "a.pdf")
    with pytest.raises(ScannerAway):
        scanner.check(body, "a.pdf")  # nobody is there at all
    with pytest.raises(ScannerAway):
        Scanner("unix:///nowhere/clamd.ctl").check(body, "a.pdf")


@pytest.mark.parametrize("url", ["clamd", "http://127.0.0.1", "/run/clamd.ctl"])
def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="CLAMD_URL"):
        Scanner(url)


def test_it_is_told_how_the_scanner_is(app: Flask, clamd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    levels = []
    for url in ("", clamd, "unix:///nowhere/clamd.ctl"):
        monkeypatch.setitem(app.extensions, "scanner", Scanner(url))
        with looking(app) as session:
            found_at = checks(session, TODAY)
        levels.append([check.level.value for check in found_at if check.part == "Virus scanner"])
    assert levels == [[], ["ok"], ["broken"]]
