"""The headers of a zip: its end record, its directory, and what each entry says of itself where it begins."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from services.archives.rules import DAMAGED, Refusal, check_sizes, two_names
from services.archives.zip_extras import FULL32, UNICODE_PATH, check_links, fields, name_of, wide

_END, _CENTRAL, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_LOCATOR, _WIDE_END = struct.Struct("<4sLQL"), struct.Struct("<4sQ2H2L4Q")
_WIDE_END_LENGTH = _WIDE_END.size - 12  # what it says of itself: without its signature and this number
_DESCRIPTORS = (struct.Struct("<LLL"), struct.Struct("<LQQ"))
_SIGNED = b"PK\x07\x08"
STORED, DEFLATED = 0, 8
DESCRIPTOR_BIT, LEVEL_BITS = 0x8, 0x6  # numbers behind the bytes; how hard it was packed, which nothing depends on
FULL16 = 0xFFFF
REPARSE_POINT = 0x400  # of Windows: a link


@dataclass(frozen=True)
class Member:
    """One entry as the directory says. Sizes in bytes; `mode` is Unix's, or 0."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    reparse: bool

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


def end(data: bytes) -> tuple[int, int, int]:
    """(entries, bytes, offset) of the directory; exactly one end record, at the very end, narrow or wide."""
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(data):
        raise Refusal(DAMAGED)
    _sig, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(data, at)
    ends = at
    if data[max(at - _LOCATOR.size, 0) : at].startswith(b"PK\x06\x07"):
        ends, *said = _wide_end(data, at - _LOCATOR.size)
        narrow = ((here, FULL16), (count, FULL16), (size, FULL32), (offset, FULL32))
        if any(value not in {full, true} for (value, full), true in zip(narrow, said, strict=True)):
            raise Refusal(DAMAGED)
        here, count, size, offset = said
        disk, first_disk = disk % FULL16, first_disk % FULL16
    if at + _END.size + comment != len(data) or offset + size != ends or (disk, first_disk) != (0, 0) or here != count:
        raise Refusal(DAMAGED)
    return count, size, offset


def _wide_end(data: bytes, locator: int) -> tuple[int, int, int, int, int]:
    """(where it begins, entries here, entries, bytes, offset) of the ZIP64 end record right before its locator."""
    _sig, disk, where, disks = _LOCATOR.unpack_from(data, locator)
    if where + _WIDE_END.size != locator or disk or disks > 1:
        raise Refusal(DAMAGED)
    sig, length, _made, _need, this, first, here, count, size, offset = _WIDE_END.unpack_from(data, where)
    if sig != b"PK\x06\x06" or length != _WIDE_END_LENGTH or this or first:
        raise Refusal(DAMAGED)
    return where, here, count, size, offset


def central(data: bytes, count: int, size: int, offset: int) -> list[Member]:
    """The entries of the directory, in its order; raises Refusal."""
    check_sizes(count, 0, 0)
    at, ends, found = offset, offset + size, []
    for _ in range(count):
        if at + _CENTRAL.size > ends:
            raise Refusal(DAMAGED)
        member, at = _entry(data, at)
        found.append(member)
    if at != ends:
        raise Refusal(DAMAGED)
    return found


def _entry(data: bytes, at: int) -> tuple[Member, int]:
    """One entry of the directory, and where the next begins."""
    said = _CENTRAL.unpack_from(data, at)
    sig, _made, _need, flags, method, _t, _d, crc, packed, size = said[:10]
    names, extras, comments, disk, _i, attributes, local = said[10:]
    name_at = at + _CENTRAL.size
    extra_at = name_at + names
    raw, extra = data[name_at:extra_at], fields(data[extra_at : extra_at + extras])
    if sig != b"PK\x01\x02" or disk not in {0, FULL16} or len(raw) != names:
        raise Refusal(DAMAGED)
    size, packed, local = wide(extra, size, packed, local)
    name = name_of(raw, flags, extra)
    check_links(name, extra)
    reparse = bool(attributes & REPARSE_POINT)
    member = Member(name, raw, flags, method, crc, packed, size, local, attributes >> 16, reparse)
    return member, extra_at + extras + comments


def start(data: bytes, member: Member) -> int:
    """Where an entry's bytes begin, its own header held against the directory; raises Refusal."""
    if member.offset + _LOCAL.size > len(data):
        raise Refusal(DAMAGED)
    sig, _need, flags, method, _t, _d, crc, packed, size, names, extras = _LOCAL.unpack_from(data, member.offset)
    name_at = member.offset + _LOCAL.size
    begins = int(name_at + names + extras)
    raw, extra = data[name_at : name_at + names], fields(data[name_at + names : begins])
    size, packed = wide(extra, size, packed)
    said, true = (crc, packed, size), (member.crc, member.packed, member.size)
    later = bool(flags & DESCRIPTOR_BIT)  # then each may be left to the descriptor, and is 0 here
    if (
        sig != b"PK\x03\x04"
        or (flags | LEVEL_BITS, method, raw) != (member.flags | LEVEL_BITS, member.method, member.raw_name)
        or any(here != there and not (later and here == 0) for here, there in zip(said, true, strict=True))
        or begins + member.packed > len(data)
    ):
        raise Refusal(DAMAGED)
    if (other := name_of(raw, flags, extra)) != member.name and UNICODE_PATH in dict(extra):
        raise two_names(member.name, other)
    check_links(member.name, extra)
    return begins


def descriptors(data: bytes, member: Member, at: int) -> Iterator[int]:
    """Where an entry may end whose numbers stand behind it: after each form of them that says what the directory says."""
    said = (member.crc, member.packed, member.size)
    for begins in (at, at + len(_SIGNED) if data[at : at + len(_SIGNED)] == _SIGNED else at):
        for form in _DESCRIPTORS:
            if begins + form.size <= len(data) and form.unpack_from(data, begins) == said:
                yield begins + form.size
