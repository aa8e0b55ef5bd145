"""The extra fields of a zip's headers: numbers beyond 32 bits, and names and links that other programs would go by."""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence

from services.archives.rules import DAMAGED, Refusal, link, two_names

ZIP64, UNICODE_PATH, ASI_UNIX, PKWARE_UNIX = 0x0001, 0x7075, 0x756E, 0x000D
FULL32 = 0xFFFFFFFF
_HEAD, _WIDE = struct.Struct("<HH"), struct.Struct("<Q")
_ASI, _PKWARE = struct.Struct("<LH"), 12  # crc and mode; the bytes before a link's target
_PATH = struct.Struct("<BL")  # version, and the checksum of the name it was made for
FILE_TYPES, LINK = 0o170000, 0o120000
_ESCAPED = re.compile(r"#U([0-9A-Fa-f]{4})|#L([0-9A-Fa-f]{6})")  # how Info-ZIP writes a letter it has no byte for
UTF8_BIT, BEYOND_ASCII = 0x800, 0x80


def fields(extra: bytes) -> list[tuple[int, bytes]]:
    """(number, body) of each field; up to three bytes of padding may follow. Raises Refusal when one overruns."""
    at, found = 0, []
    while at + _HEAD.size <= len(extra):
        number, size = _HEAD.unpack_from(extra, at)
        at += _HEAD.size
        if at + size > len(extra):
            raise Refusal(DAMAGED)
        found.append((number, extra[at : at + size]))
        at += size
    return found


def wide(extra: Sequence[tuple[int, bytes]], *values: int) -> list[int]:
    """The values in order, each that says 0xFFFFFFFF read from the ZIP64 field; raises Refusal when it lacks one."""
    bodies = [body for number, body in extra if number == ZIP64]
    if len(bodies) > 1:
        raise Refusal(DAMAGED)
    left, found = bodies[0] if bodies else b"", []
    for value in values:
        if value != FULL32:
            found.append(value)
            continue
        if len(left) < _WIDE.size:
            raise Refusal(DAMAGED)
        found.append(_WIDE.unpack_from(left)[0])
        left = left[_WIDE.size :]
    return found


def name_of(raw: bytes, flags: int, extra: Sequence[tuple[int, bytes]]) -> str:
    """The one name every program shows for an entry; raises Refusal where some would show another one."""
    name = _decoded(raw, flags)
    for other, meant in _other_names(extra, raw):
        if other != name and not (meant and _same(raw, name, other)):
            raise two_names(name, other)
        name = other
    return name


def check_links(name: str, extra: Sequence[tuple[int, bytes]]) -> None:
    """Raise Refusal where an extra field makes a link of the entry."""
    for number, body in extra:
        asi = number == ASI_UNIX and len(body) >= _ASI.size
        if (asi and _ASI.unpack_from(body)[1] & FILE_TYPES == LINK) or (number == PKWARE_UNIX and len(body) > _PKWARE):
            raise link(name)


def _other_names(extra: Sequence[tuple[int, bytes]], raw: bytes) -> Iterator[tuple[str, bool]]:
    """Each further name, and whether it was made for this one: programs pass over one that was not."""
    for number, body in extra:
        if number != UNICODE_PATH:
            continue
        if len(body) < _PATH.size:
            raise Refusal(DAMAGED)
        version, crc = _PATH.unpack_from(body)
        try:
            yield body[_PATH.size :].decode(), (version, crc) == (1, zlib.crc32(raw))
        except UnicodeDecodeError:
            raise Refusal(DAMAGED) from None


def _same(raw: bytes, name: str, other: str) -> bool:
    """Whether the header has the other name as it is, with letters written out, or in some page of one byte a letter."""
    if other in {name, _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), name)}:
        return True
    paged = not _is_utf8(raw) and len(raw) == len(other)
    return paged and all(
        chr(byte) == letter if byte < BEYOND_ASCII else ord(letter) >= BEYOND_ASCII
        for byte, letter in zip(raw, other, strict=True)
    )


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, flags: int) -> str:
    """UTF-8 where it says so or is so, else the Turkish DOS page old Windows tools write."""
    if _is_utf8(raw):
        return raw.decode()
    if flags & UTF8_BIT:
        raise Refusal(DAMAGED)
    return raw.decode("cp857", errors="replace")
