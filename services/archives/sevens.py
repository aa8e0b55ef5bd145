"""A 7z, whose directory is itself packed: bounds before it is opened, then py7zr with a bounded sink.

Only ever called in the child: codecs have crashed on crafted input.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import py7zr
from py7zr.exceptions import PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from services.archives.rules import (
    DAMAGED,
    ENCRYPTED,
    LIMITS,
    METHOD,
    TOO_LARGE,
    Refusal,
    check_names,
    check_sizes,
    link,
)

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_HEADER = struct.Struct("<6s2BL")
_NEXT = struct.Struct("<QQL")
AES = b"\x06\xf1\x07\x01"
METHODS = {b"\x00", b"\x21", b"\x03\x01\x01", b"\x04\x01\x08", b"\x04\x02\x02", b"\x03\x03\x01\x03", b"\x03"}


class Sink(Py7zIO):
    """Keeps what is written, and stops the archive that writes too much."""

    def __init__(self, budget: list[int]) -> None:
        self.kept = bytearray()
        self.budget = budget

    def write(self, s: bytes | bytearray) -> int:
        self.budget[0] -= len(s)
        if self.budget[0] < 0:
            raise Refusal(TOO_LARGE)
        self.kept += s
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        return bytes(self.kept[:size])

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        return None

    def size(self) -> int:
        return len(self.kept)


class Sinks(WriterFactory):
    """One sink per file, one budget for all."""

    def __init__(self, budget: int) -> None:
        self.made: dict[str, Sink] = {}
        self.budget = [budget]

    def create(self, filename: str) -> Py7zIO:
        self.made[filename] = Sink(self.budget)
        return self.made[filename]


def check_frame(data: bytes) -> None:
    """The header lies within bounds at the very end of the file; raises Refusal."""
    if len(data) < _HEADER.size + _NEXT.size:
        raise Refusal(DAMAGED)
    signature, _major, _minor, crc = _HEADER.unpack_from(data)
    offset, size, _crc = _NEXT.unpack_from(data, _HEADER.size)
    start = _HEADER.size + _NEXT.size
    if signature != SIGNATURE or zlib.crc32(data[_HEADER.size : start]) != crc or start + offset + size != len(data):
        raise Refusal(DAMAGED)
    if size > LIMITS.header_7z:
        raise Refusal(METHOD)


def files(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every file of an archive that keeps the limits; raises Refusal."""
    with _opened(path) as archive:
        if archive.needs_password():
            raise Refusal(ENCRYPTED)
        _check_methods(archive)
        listed = archive.list()
        check_names([e.filename for e in listed])
        check_sizes(len(listed), sum(e.uncompressed for e in listed), path.stat().st_size)
        for entry in archive.files:
            if entry.is_symlink or entry.is_junction or entry.is_socket:
                raise link(entry.filename)
        sinks = Sinks(LIMITS.total)
        archive.extractall(factory=sinks)
    sizes = {e.filename: e.uncompressed for e in listed if not e.is_directory}
    for name, size in sizes.items():
        kept = bytes(sinks.made[name].kept) if name in sinks.made else b""
        if len(kept) != size:
            raise Refusal(DAMAGED)
        yield name, kept


def _opened(path: Path) -> py7zr.SevenZipFile:
    """The archive; even its list of names may be locked."""
    try:
        return py7zr.SevenZipFile(path)
    except PasswordRequired:
        raise Refusal(ENCRYPTED) from None


def _check_methods(archive: py7zr.SevenZipFile) -> None:
    streams = archive.header.main_streams
    folders = streams.unpackinfo.folders if streams else []
    used = {bytes(coder["method"]) for folder in folders for coder in folder.coders}
    if AES in used:
        raise Refusal(ENCRYPTED)
    if not used <= METHODS:
        raise Refusal(METHOD)
