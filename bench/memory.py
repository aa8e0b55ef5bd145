"""What a served site takes: start to first page, an idle worker, an export, an upload of 20 MiB."""

import http.client
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from re import search
from threading import Event, Thread
from urllib.parse import urlencode, urlsplit

from bench.university import PASSWORD, ROOT, University

MEBIBYTE = 1024 * 1024


class Served:
    """One worker of the site under gunicorn."""

    def __init__(self, of: University) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        start = time.perf_counter()
        command = [
            "gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            "4",
            "--config",
            "gunicorn.conf.py",
            "app:create_app()",
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**of.env, "PUBLIC_URL": self.url}, stderr=subprocess.DEVNULL
        )
        self._first_page()
        self.first_page = time.perf_counter() - start

    def _first_page(self) -> None:
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/login", timeout=30).read()
            except OSError:
                time.sleep(0.02)
            else:
                return

    @property
    def worker(self) -> int:
        """The process that answers."""
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def memory(self) -> float:
        """Resident memory of the worker, in MiB."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        found = search(r"VmRSS:\s+(\d+)", status)
        assert found
        return int(found[1]) / 1024

    def signed_in(self, login: str) -> urllib.request.OpenerDirector:
        """A browser of a demo person."""
        jar = CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        opener.addheaders = [("Referer", self.url)]
        facts = {
            "csrf_token": token(opener, f"{self.url}/login"),
            "email": f"{login}@demo.edu.tr",
            "password": PASSWORD,
        }
        opener.open(f"{self.url}/login", urlencode(facts).encode()).read()
        opener.jar = jar  # type: ignore[attr-defined]
        return opener

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def token(opener: urllib.request.OpenerDirector, url: str) -> str:
    """The token of the first form of a page."""
    found = search(r'name="csrf_token"[^>]*value="([^"]+)"', opener.open(url).read().decode())
    assert found
    return found[1]


@contextmanager
def growth(served: Served) -> Iterator[list[float]]:
    """The most the worker's memory rose above where it stood, in MiB: the answer's first entry, at the end."""
    base, done, rose = served.memory(), Event(), [0.0]

    def watch() -> None:
        while not done.wait(0.01):
            rose[0] = max(rose[0], served.memory() - base)

    watcher = Thread(target=watch)
    watcher.start()
    yield rose
    done.set()
    watcher.join()


def exported(served: Served, kind: str, rows: int) -> tuple[float, float, float, int]:
    """First byte (ms), whole (s), memory growth (MiB), lines of an export by the career centre."""
    opener = served.signed_in("kariyer")
    opener.open(f"{served.url}/applications/").read()
    start, lines = time.perf_counter(), 0
    with growth(served) as rose:
        answer = opener.open(f"{served.url}/applications/export/{kind}?state=all")
        answer.read(1)
        first = (time.perf_counter() - start) * 1000
        while piece := answer.read(65536):
            lines += piece.count(b"\n")
            if kind == "csv" and lines >= rows:
                break
        answer.close()
    return first, time.perf_counter() - start, rose[0], lines


def uploaded(served: Served) -> float:
    """Memory growth (MiB) while the student hands in an archive of just under 20 MiB."""
    opener = served.signed_in("ogrenci")
    start = {"csrf_token": token(opener, f"{served.url}/apply/")}
    page = opener.open(f"{served.url}/apply/start", urlencode(start).encode()).geturl()
    target = page.replace("/notice", "/files")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evrak.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for n in range(4):
                archive.writestr(
                    f"tarama {n}.pdf",
                    b"%PDF-1.4\n" + secrets.token_bytes(int(4.9 * MEBIBYTE)) + b"\nstartxref\n9\n%%EOF\n",
                )
        opener_token = token(opener, target)
        cookies = "; ".join(f"{c.name}={c.value}" for c in opener.jar)  # type: ignore[attr-defined]
        with growth(served) as rose:
            _post_file(target, opener_token, cookies, path)
    return rose[0]


def _post_file(target: str, csrf: str, cookies: str, path: Path) -> None:
    boundary = secrets.token_hex(8)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{csrf}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="archive"; filename="{path.name}"\r\nContent-Type: application/zip\r\n\r\n'
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    parts = urlsplit(target)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest("POST", parts.path)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Cookie": cookies, "Referer": target}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(head) + path.stat().st_size + len(tail)))
    connection.endheaders(head)
    with path.open("rb") as file:
        while piece := file.read(65536):
            connection.send(piece)
    connection.send(tail)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 303, (answer.status, body[:300])
