"""Files on disk and in S3: there whole or not at all, found again, swept when nobody knows them."""

import hashlib
import io
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from services.probe import Probe
from services.storage import Storage, TooLarge, sweep
from services.store_gate import StoreAway, StoreGate

BODY = b"staj defteri " * 50_000


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        server = ThreadedMotoServer(port=0)
        server.start()
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=url, region_name="us-east-1").create_bucket(Bucket="staj")
        yield f"s3://staj/files?endpoint={url}&region=us-east-1"
        server.stop()


@pytest.fixture(params=["folder", "s3", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    urls = {
        "folder": lambda: f"file://{tmp_path}/files",
        "memory": lambda: "memory://",
        "s3": lambda: request.getfixturevalue("s3"),
    }
    return Storage(urls[request.param]())


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body"
    path.write_bytes(BODY)
    return path


def test_what_is_put_is_read_back(storage: Storage, body: Path) -> None:
    storage.put("2026/06/a", body)
    assert b"".join(storage.open("2026/06/a")) == BODY


def test_a_file_that_is_not_there_says_so(storage: Storage) -> None:
    with pytest.raises(FileNotFoundError):
        next(storage.open("2026/06/none"))


def test_deleting_twice_is_no_error(storage: Storage, body: Path) -> None:
    storage.put("2026/06/gone", body)
    storage.delete("2026/06/gone")
    storage.delete("2026/06/gone")
    with pytest.raises(FileNotFoundError):
        next(storage.open("2026/06/gone"))


def test_the_sweeper_takes_only_what_no_row_knows_and_is_old_enough(storage: Storage, body: Path) -> None:
    for key in ("kept/1", "lost/1", "lost/2"):
        storage.put(key, body)
    mine = {"kept/1"}

    def known(keys: list[str]) -> set[str]:
        return {k for k in keys if k in mine or not k.startswith(("kept", "lost"))}

    assert sweep(storage, known, older_than=timedelta(days=1)) == []
    assert sweep(storage, known, older_than=timedelta(seconds=-5)) == ["lost/1", "lost/2"]
    assert b"".join(storage.open("kept/1")) == BODY


def test_an_upload_is_hashed_while_it_streams(storage: Storage, tmp_path: Path) -> None:
    received = storage.receive(io.BytesIO(BODY), limit_bytes=len(BODY), into=tmp_path)
    assert (received.size, received.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())


def test_one_byte_too_many_is_refused(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        storage.receive(io.BytesIO(BODY), limit_bytes=len(BODY) - 1, into=tmp_path)


def test_receiving_twenty_megabytes_keeps_little_in_memory(storage: Storage, tmp_path: Path) -> None:
    class Slow(io.RawIOBase):
        left = 20 * 1024 * 1024

        def read(self, size: int = -1) -> bytes:
            piece = min(size, self.left)
            self.left -= piece
            return bytes(piece)

    tracemalloc.start()
    storage.receive(Slow(), limit_bytes=21 * 1024 * 1024, into=tmp_path)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * 1024 * 1024


# -- a store that takes nothing, or does not answer ------------------------------------------------------------------


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("step", ["read", "fsync", "replace"])
def test_an_upload_that_failed_leaves_nothing(
    tmp_path: Path, body: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    storage = Storage(f"file://{tmp_path}/files")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "read":
        body.unlink()
        body.mkdir()
    else:
        monkeypatch.setattr({"fsync": os, "replace": Path}[step], step, full)
    with pytest.raises(StoreAway):
        storage.put("2026/06/a", body)
    assert left_in(tmp_path / "files") == []


def test_what_a_crash_left_half_written_is_swept(tmp_path: Path) -> None:
    storage = Storage(f"file://{tmp_path}/files")
    (tmp_path / "files/2026").mkdir()
    (tmp_path / "files/2026/.a.part").write_bytes(BODY)
    assert sweep(storage, lambda _keys: set(), older_than=timedelta(seconds=-5)) == ["2026/.a.part"]
    assert left_in(tmp_path / "files") == []


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a store that takes every connection and never says a word."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr("services.storage._CLIENT", {"read_timeout": timedelta(seconds=0.3)})
    monkeypatch.setattr("services.storage._RETRIES", {"max_retries": 0, "retry_timeout": timedelta(seconds=0.3)})
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        host, port = server.getsockname()
        yield f"s3://staj/files?endpoint=http://{host}:{port}&region=us-east-1"


def test_a_silent_store_is_given_up_and_then_left_alone(silent: str, body: Path) -> None:
    storage = Storage(silent)
    for ask in (lambda: storage.put("a", body), lambda: next(storage.open("a")), lambda: storage.delete("a")):
        with pytest.raises(StoreAway):
            ask()
    gate = storage._gate
    assert gate._closed_until > time.monotonic()  # the second and the third were not sent


def test_few_requests_wait_for_a_store_at_once() -> None:
    gate, answers = StoreGate(at_once=2, wait=0.05), []
    with gate, gate:
        with pytest.raises(StoreAway):
            gate.__enter__()
        answers.append("refused")
    with gate:
        answers.append("taken")
    assert answers == ["refused", "taken"]


def test_a_file_that_is_not_there_closes_no_gate() -> None:
    gate = StoreGate()
    for _ in range(3):
        with pytest.raises(FileNotFoundError), gate:
            raise FileNotFoundError


def test_many_who_ask_a_silent_part_wait_for_one_thread_and_no_longer_than_its_deadline() -> None:
    asked, free = [], threading.Event()

    def work() -> None:
        asked.append(1)
        free.wait(10)

    probe = Probe(work, deadline=0.2)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: probe.trouble(younger_than=60), range(8)))
    assert (answers, asked) == (["TimeoutError"] * 8, [1])
    assert probe.trouble(younger_than=60) == "TimeoutError"  # at once: the thread still works
    free.set()
    while probe._asked:
        time.sleep(0.01)
    assert (probe.trouble(younger_than=60), asked) == (None, [1])
