"""Files on disk and in S3: there whole or not at all, found again, swept when nobody knows them."""

import hashlib
import io
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from services.storage import Storage, TooLarge, sweep

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
