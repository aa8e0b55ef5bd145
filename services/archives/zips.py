"""A zip read by its own structure: the directory, the local headers, and deflate with a bound.

`zipfile` believes what a file says of itself; this does not. Entries must tile the file without gap or
overlap, both headers of an entry must agree, and nothing inflates past its declared size.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from services.archives.rules import (
    DAMAGED,
    ENCRYPTED,
    METHOD,
    ZIP64,
    Refusal,
    check_names,
    check_sizes,
    link,
)

_END, _CENTRAL, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_DESCRIPTORS = (struct.Struct("<LLL"), struct.Struct("<4xLLL"))
STORED, DEFLATED = 0, 8
ENCRYPTED_BITS, DESCRIPTOR_BIT, UTF8_BIT = 0x2041, 0x8, 0x800
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
UNIX, FILE_TYPES, REGULAR, FOLDER = 3, 0o170000, 0o100000, 0o040000
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Member:
    """One entry as both of its headers say; `at` is where its bytes begin."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


def members(data: bytes) -> list[Member]:
    """The entries of a zip whose structure holds, in file order; raises Refusal."""
    count, size, offset = _end(data)
    found = _central(data, count, size, offset)
    check_names([m.name for m in found])
    check_sizes(len(found), sum(m.size for m in found), sum(m.packed for m in found))
    for member in found:
        _check(member)
    _check_tiling(data, sorted(found, key=lambda m: m.offset), offset)
    return found


def contents(data: bytes, member: Member) -> bytes:
    """An entry's bytes: never more than it declared; raises Refusal when size or checksum differ."""
    start = _start(data, member)
    packed = data[start : start + member.packed]
    unpacked = packed if member.method == STORED else b"".join(_inflate(packed, member.size))
    if len(unpacked) != member.size or zlib.crc32(unpacked) != member.crc:
        raise Refusal(DAMAGED)
    return unpacked


def _end(data: bytes) -> tuple[int, int, int]:
    """(entries, bytes, offset) of the central directory; exactly one end record, at the very end."""
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(data):
        raise Refusal(DAMAGED)
    _sig, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(data, at)
    if FULL16 in {here, count} or FULL32 in {size, offset} or data[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        raise Refusal(ZIP64)
    if at + _END.size + comment != len(data) or offset + size != at or (disk, first_disk) != (0, 0) or here != count:
        raise Refusal(DAMAGED)
    return count, size, offset


def _central(data: bytes, count: int, size: int, offset: int) -> list[Member]:
    check_sizes(count, 0, 0)
    at, end, found = offset, offset + size, []
    for _ in range(count):
        if at + _CENTRAL.size > end:
            raise Refusal(DAMAGED)
        (
            sig,
            made,
            _need,
            flags,
            method,
            _t,
            _d,
            crc,
            packed,
            unpacked,
            names,
            extras,
            comments,
            disk,
            _i,
            attributes,
            local,
        ) = _CENTRAL.unpack_from(data, at)
        raw = data[at + _CENTRAL.size : at + _CENTRAL.size + names]
        at += _CENTRAL.size + names + extras + comments
        if sig != b"PK\x01\x02" or disk or len(raw) != names:
            raise Refusal(DAMAGED)
        if FULL32 in {packed, unpacked, local}:
            raise Refusal(ZIP64)
        mode = attributes >> 16 if made >> 8 == UNIX else 0
        found.append(Member(_decoded(raw, flags), raw, flags, method, crc, packed, unpacked, local, mode))
    if at != end:
        raise Refusal(DAMAGED)
    return found


def _decoded(raw: bytes, flags: int) -> str:
    """UTF-8 where it says so or is so, else the Turkish DOS page old Windows tools write."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        if flags & UTF8_BIT:
            raise Refusal(DAMAGED) from None
        return raw.decode("cp857", errors="replace")


def _check(member: Member) -> None:
    if member.flags & ENCRYPTED_BITS:
        raise Refusal(ENCRYPTED)
    if member.method not in {STORED, DEFLATED}:
        raise Refusal(METHOD)
    if member.mode & FILE_TYPES not in {0, REGULAR, FOLDER}:
        raise link(member.name)
    if (member.folder and member.size) or (member.method == STORED and member.packed != member.size):
        raise Refusal(DAMAGED)


def _check_tiling(data: bytes, ordered: list[Member], directory: int) -> None:
    """Each entry begins where the one before it ended; the directory follows the last."""
    at = 0
    for n, member in enumerate(ordered):
        if member.offset != at:
            raise Refusal(DAMAGED)
        end = _start(data, member) + member.packed
        following = ordered[n + 1].offset if n + 1 < len(ordered) else directory
        _check_descriptor(data, member, end, following)
        at = following
    if at != directory:
        raise Refusal(DAMAGED)


def _check_descriptor(data: bytes, member: Member, end: int, following: int) -> None:
    said = (member.crc, member.packed, member.size)
    if not member.flags & DESCRIPTOR_BIT:
        fits = end == following
    else:
        fits = any(end + d.size == following and d.unpack_from(data, end) == said for d in _DESCRIPTORS)
    if not fits:
        raise Refusal(DAMAGED)


def _start(data: bytes, member: Member) -> int:
    """Where an entry's bytes begin, its local header held against the directory."""
    if member.offset + _LOCAL.size > len(data):
        raise Refusal(DAMAGED)
    sig, _need, flags, method, _t, _d, crc, packed, size, names, extras = _LOCAL.unpack_from(data, member.offset)
    name_at = member.offset + _LOCAL.size
    start = int(name_at + names + extras)
    same = (flags, method, data[name_at : name_at + names]) == (member.flags, member.method, member.raw_name)
    later = bool(flags & DESCRIPTOR_BIT) and (crc, packed, size) == (0, 0, 0)
    if FULL32 in {packed, size}:
        raise Refusal(ZIP64)
    if (
        sig != b"PK\x03\x04"
        or not same
        or not (later or (crc, packed, size) == (member.crc, member.packed, member.size))
    ):
        raise Refusal(DAMAGED)
    if start + member.packed > len(data):
        raise Refusal(DAMAGED)
    return start


def _inflate(packed: bytes, size: int) -> Iterator[bytes]:
    inflater, left, tail = zlib.decompressobj(-15), size, packed
    try:
        while not inflater.eof:
            piece = inflater.decompress(tail, min(CHUNK, left + 1))
            tail, left = inflater.unconsumed_tail, left - len(piece)
            if left < 0 or (not piece and not tail and not inflater.eof):
                raise Refusal(DAMAGED)
            yield piece
    except zlib.error:
        raise Refusal(DAMAGED) from None
    if inflater.unused_data or tail:
        raise Refusal(DAMAGED)
