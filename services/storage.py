"""Where files lie: a folder or an S3 bucket, by one URL (obstore). File first, row last."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import obstore
from obstore.store import LocalStore, MemoryStore, S3Store

from models.base import utcnow
from services.archives.rules import Refusal
from services.store_gate import StoreAway, StoreGate
from workflow.say import Say

CHUNK = 256 * 1024
TOO_LARGE = Say("The file is larger than %(limit)s MB.")
# A store over the network is given up after some seconds: the client's own patience is three minutes a request.
_CLIENT = {
    "connect_timeout": timedelta(seconds=3),
    "read_timeout": timedelta(seconds=5),
    "timeout": timedelta(seconds=60),
}
_RETRIES = {"max_retries": 1, "retry_timeout": timedelta(seconds=5)}


class TooLarge(Refusal):
    """An upload past its limit; nothing was kept."""


@dataclass(frozen=True)
class Received:
    """An upload on this machine's disk; size in bytes."""

    path: Path
    size: int
    sha256: str


class Storage:
    """`file:///folder`, `memory://` or `s3://bucket/prefix?endpoint=…&region=…` (keys from the environment)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._folder: Path | None = None
        self._store: Any
        self._gate: Any = nullcontext()
        if parts.scheme == "file":
            self._folder = Path(parts.path)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._store = LocalStore(self._folder)
        elif parts.scheme == "s3":
            given: Any = dict(parse_qsl(parts.query))
            client: Any = {"allow_http": given.get("endpoint", "").startswith("http:"), **_CLIENT}
            retries: Any = _RETRIES
            self._store = S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                config=given,
                client_options=client,
                retry_config=retries,
            )
            self._gate = StoreGate()
        else:
            self._store = MemoryStore()

    def receive(self, stream: BinaryIO, *, limit_bytes: int, into: Path) -> Received:
        """Stream an upload to a file in `into`, hashing on the way; raises TooLarge as soon as it is."""
        path, digest, size = into / "upload", hashlib.sha256(), 0
        with path.open("wb") as file:
            while piece := stream.read(CHUNK):
                size += len(piece)
                if size > limit_bytes:
                    raise TooLarge(Say(TOO_LARGE.msgid, limit=limit_bytes // (1024 * 1024)))
                digest.update(piece)
                file.write(piece)
        return Received(path, size, digest.hexdigest())

    def put(self, key: str, path: Path) -> None:
        """Keep a file under a key, whole or not at all; raises StoreAway where the store does not take it."""
        if self._folder is None:
            with self._gate:
                obstore.put(self._store, key, path)
            return
        target = self._folder / key
        waiting = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _copied(path, waiting)
            waiting.replace(target)
        except OSError as fault:
            waiting.unlink(missing_ok=True)
            raise StoreAway from fault
        folder = os.open(target.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def open(self, key: str) -> Iterator[bytes]:
        """The bytes under a key, piece by piece; raises FileNotFoundError or StoreAway before the first piece.

        From a store over the network the file is fetched whole first: a slow reader holds no turn at the store.
        """
        if not isinstance(self._gate, StoreGate):
            yield from _pieces(self._store, key)
            return
        with tempfile.TemporaryFile() as fetched:
            with self._gate:
                for piece in _pieces(self._store, key):
                    fetched.write(piece)
            fetched.seek(0)
            while piece := fetched.read(CHUNK):
                yield piece

    def delete(self, key: str) -> None:
        """Forget a file; one that is gone already is no error."""
        try:
            with self._gate:
                obstore.delete(self._store, key)
        except FileNotFoundError:
            return

    def probe(self) -> None:
        """Write a small file, read it and forget it again; whatever the storage raises is the answer."""
        key = f"probe/{uuid4().hex}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "probe"
            path.write_bytes(key.encode())
            self.put(key, path)
        try:
            if b"".join(self.open(key)) != key.encode():
                raise OSError(f"{key} was read back otherwise than it was written")
        finally:
            self.delete(key)

    @property
    def folder(self) -> Path | None:
        """Where the files lie on this machine's own disk; None where they lie elsewhere."""
        return self._folder

    def keys(self, older_than: datetime) -> Iterator[str]:
        """The keys of files last written before a moment."""
        for batch in obstore.list(self._store):
            yield from (found["path"] for found in batch if found["last_modified"] < older_than)


def _pieces(store: Any, key: str) -> Iterator[bytes]:
    for piece in obstore.get(store, key).stream(min_chunk_size=CHUNK):
        yield bytes(piece)


def _copied(path: Path, to: Path) -> None:
    """The same bytes in another file, on the disk when this answers."""
    with path.open("rb") as source, to.open("wb") as copy:
        while piece := source.read(CHUNK):
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())


def sweep(
    store: Storage, known: Callable[[list[str]], set[str]], *, older_than: timedelta = timedelta(days=1)
) -> list[str]:
    """Delete the files no row points to, once a day old: what a crash between file and row left behind."""
    swept: list[str] = []
    batch: list[str] = []
    for key in [*store.keys(utcnow() - older_than), None]:
        if key is not None:
            batch.append(key)
        if batch and (key is None or len(batch) >= 500):  # noqa: PLR2004 -- keys per question
            swept += sorted(set(batch) - known(batch))
            batch = []
    for key in swept:
        store.delete(key)
    return swept
