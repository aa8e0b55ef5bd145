"""Files an officer uploads to look at the difference first: kept for an hour, then applied or forgotten.

What is applied comes through a port: `app.extensions["importers"]` holds one Importer per kind.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Flask

from services.archives import zips
from services.archives.litter import is_litter
from services.archives.rules import Refusal, upload_name
from services.changes import Difference, Faulty
from services.standing import Standing
from workflow.say import Say
from workflow.turkish import lowered

Files = Mapping[str, bytes]
KEPT = 3600  # seconds
MAX_UNPACKED = 64 * 1024 * 1024
SOON = 3.0  # seconds a request waits for an import to end before it shows the progress page
STALE = 60.0  # seconds without a word after which an import counts as interrupted
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
log = logging.getLogger(__name__)


class Importer(Protocol):
    """Files in, difference out; applying is one transaction and raises Faulty with nothing written.

    `shapes` says what the files look like: (file name, its columns, those in brackets may be left out).
    """

    shapes: tuple[tuple[str, tuple[str, ...]], ...]

    def check(self, files: Files) -> Difference: ...

    def apply(self, files: Files, by: Standing, progress: Callable[[int, int], None]) -> Difference: ...


@dataclass(frozen=True)
class Shelf:
    """The uploads of one officer, under names nobody can guess."""

    folder: Path
    user_id: int
    max_upload: int

    def keep(self, uploads: Iterable[tuple[str, BinaryIO]]) -> str:
        """Take the uploaded files (a zip counts as what is in it) and answer their token; raises Refusal."""
        files: dict[str, bytes] = {}
        left = self.max_upload
        for filename, stream in uploads:
            data = stream.read(left + 1)
            left -= len(data)
            if left < 0:
                raise Refusal(Say("The files are larger than 20 MB together; nothing was uploaded."))
            files |= _unpacked(filename, data)
        if not files:
            raise Refusal(Say("Choose at least one file."))
        self._sweep()
        token = secrets.token_urlsafe(32)
        with ZipFile(self._path(token), "w", ZIP_DEFLATED) as kept:
            for name, data in files.items():
                kept.writestr(name, data)
        return token

    def files(self, token: str) -> Files | None:
        """What was kept under this token, or None: never this officer's, or too long ago."""
        path = self._path(token) if _TOKEN.fullmatch(token) else None
        if path is None or not path.exists() or time.time() - path.stat().st_mtime > KEPT:
            return None
        with ZipFile(path) as kept:
            return {name: kept.read(name) for name in kept.namelist()}

    def progress(self, token: str) -> dict[str, Any] | None:
        """How far the import of these files is: {state, done, of, counts}; None before it began."""
        path = self._path(token).with_suffix(".json")
        if not _TOKEN.fullmatch(token) or not path.exists():
            return None
        told: dict[str, Any] = json.loads(path.read_text())
        if told["state"] == "running" and time.time() - path.stat().st_mtime > STALE:
            told["state"] = "interrupted"
        return told

    @staticmethod
    def seconds_left(told: Mapping[str, Any]) -> int:
        """Roughly, going by the rows done so far; 0 where nothing can be said."""
        if told["state"] != "running" or not told["done"]:
            return 0
        return int((time.time() - told["began"]) / told["done"] * (told["of"] - told["done"]))

    def tell(self, token: str, **facts: Any) -> None:
        """Replace what is told about the import, in one piece."""
        path = self._path(token).with_suffix(".json")
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(facts))
        fresh.replace(path)

    def _path(self, token: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder / f"{self.user_id}-{token}.zip"

    def _sweep(self) -> None:
        for path in self.folder.glob("*"):
            if time.time() - path.stat().st_mtime > KEPT:
                path.unlink(missing_ok=True)


def start(app: Flask, shelf: Shelf, token: str, importer: Importer, by: Standing) -> None:
    """Apply in the background, telling how far it is; waits a moment, as most imports are short."""
    files = shelf.files(token) or {}
    shelf.tell(token, state="running", done=0, of=0)
    thread = Thread(target=_run, args=(app, shelf, token, importer, files, by), daemon=True)
    thread.start()
    thread.join(SOON)


def _run(app: Flask, shelf: Shelf, token: str, importer: Importer, files: Files, by: Standing) -> None:
    said_at, began = 0.0, time.time()

    def progress(done: int, of: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at > 0.5:  # noqa: PLR2004 -- seconds; a page asks no more often
            said_at = time.monotonic()
            shelf.tell(token, state="running", done=done, of=of, began=began)

    try:
        with app.app_context():
            difference = importer.apply(files, by, progress)
        shelf.tell(token, state="done", counts=difference.counts)
    except Faulty:
        shelf.tell(token, state="faulty")
    except Exception:
        log.exception("An import failed; nothing was written.")
        shelf.tell(token, state="failed")


def _unpacked(filename: str, data: bytes) -> dict[str, bytes]:
    """The files of a zip, its structure checked first and nothing unpacked to disk; any other file as it is."""
    name = upload_name(filename)
    if not lowered(name).endswith(".zip"):
        return {name: data} if name else {}
    members = [m for m in zips.members(data) if not m.folder]
    if sum(m.size for m in members) > MAX_UNPACKED:
        raise Refusal(Say("These files are too large once unpacked."))
    bodies = {m.name: zips.contents(data, m) for m in members}
    return _rooted({name: body for name, body in bodies.items() if not is_litter(name, body)})


def _rooted(files: dict[str, bytes]) -> dict[str, bytes]:
    """A zip of a folder holds everything one level down: take that level away."""
    tops = {name.split("/", 1)[0] for name in files}
    if len(tops) == 1 and all("/" in name for name in files):
        return {name.split("/", 1)[1]: data for name, data in files.items()}
    return files
