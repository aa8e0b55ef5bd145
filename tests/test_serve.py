"""The site and its worker, served as `make run` serves them: one that dies is there again, and both end together."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.browser.conftest import ROOT, _free_port
from tests.databases import SETTINGS, Databases
from tests.patience import PATIENCE, until


@contextmanager
def serving(databases: Databases, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`serve.sh` in a session of its own, and its address."""
    port = _free_port()
    env = {
        **os.environ,
        **{name.upper(): value for name, value in SETTINGS.items()},
        "DATABASE_URL": databases.fresh("sqlite"),
        "JOBS_PATH": str(folder / "jobs.sqlite"),
        "IMPORTS_PATH": str(folder / "imports"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    with (folder / "log").open("wb") as log:
        script = subprocess.Popen(
            ["sh", "serve.sh", str(port)], cwd=ROOT, env=env, start_new_session=True, stdout=log, stderr=log
        )
    yield script, f"http://127.0.0.1:{port}"
    with suppress(ProcessLookupError):
        os.killpg(script.pid, signal.SIGKILL)
    script.wait()


def processes(session: int, word: str) -> list[int]:
    """The processes of a session whose command line has a word."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if int(stat[3]) == session and stat[0] != "Z" and word in command:
                found.append(int(entry.name))
    return found


def answers(url: str) -> bool:
    with suppress(OSError):
        return urllib.request.urlopen(f"{url}/health", timeout=5).status == 200
    return False


def test_a_worker_that_dies_is_started_again_while_the_site_goes_on(databases: Databases, tmp_path: Path) -> None:
    with serving(databases, tmp_path) as (script, url):
        until(lambda: answers(url) and processes(script.pid, "app worker"))
        (dead,) = processes(script.pid, "app worker")
        os.kill(dead, signal.SIGKILL)
        until(lambda: processes(script.pid, "app worker") not in ([], [dead]))
        assert answers(url)
        script.terminate()
        script.wait(timeout=PATIENCE)
        until(lambda: processes(script.pid, "") == [])
