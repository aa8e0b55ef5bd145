"""A zip read by its own structure: the directory, the local headers, and deflate with a bound.

`zipfile` believes what a file says of itself; this does not. Entries must tile the file without gap or
overlap, both headers of an entry must agree, and nothing inflates past its declared size.
"""

import zlib
from collections.abc import Iterator

from services.archives.rules import DAMAGED, ENCRYPTED, METHOD, Refusal, check_names, check_sizes, link
from services.archives.zip_extras import FILE_TYPES
from services.archives.zip_headers import DEFLATED, DESCRIPTOR_BIT, STORED, Member, central, descriptors, end, start

ENCRYPTED_BITS, ENCRYPTED_METHOD = 0x2041, 99
REGULAR, FOLDER = 0o100000, 0o040000
CHUNK = 256 * 1024


def members(data: bytes) -> list[Member]:
    """The entries of a zip whose structure holds, in file order; raises Refusal."""
    count, size, offset = end(data)
    found = central(data, count, size, offset)
    check_names([m.name for m in found])
    check_sizes(len(found), sum(m.size for m in found), sum(m.packed for m in found))
    for member in found:
        _check(member)
    _check_tiling(data, sorted(found, key=lambda m: m.offset), offset)
    return found


def contents(data: bytes, member: Member) -> bytes:
    """An entry's bytes: never more than it declared; raises Refusal when size or checksum differ."""
    begins = start(data, member)
    packed = data[begins : begins + member.packed]
    unpacked = packed if member.method == STORED else b"".join(_inflate(packed, member.size))
    if len(unpacked) != member.size or zlib.crc32(unpacked) != member.crc:
        raise Refusal(DAMAGED)
    return unpacked


def _check(member: Member) -> None:
    if member.flags & ENCRYPTED_BITS or member.method == ENCRYPTED_METHOD:
        raise Refusal(ENCRYPTED)
    if member.method not in {STORED, DEFLATED}:
        raise Refusal(METHOD)
    if member.mode & FILE_TYPES not in {0, REGULAR, FOLDER} or member.reparse:
        raise link(member.name)
    if (member.folder and member.size) or (member.method == STORED and member.packed != member.size):
        raise Refusal(DAMAGED)


def _check_tiling(data: bytes, ordered: list[Member], directory: int) -> None:
    """Each entry begins where the one before it ended; the directory follows the last."""
    at = 0
    for n, member in enumerate(ordered):
        if member.offset != at:
            raise Refusal(DAMAGED)
        ends = start(data, member) + member.packed
        at = ordered[n + 1].offset if n + 1 < len(ordered) else directory
        if at not in (descriptors(data, member, ends) if member.flags & DESCRIPTOR_BIT else (ends,)):
            raise Refusal(DAMAGED)
    if at != directory:
        raise Refusal(DAMAGED)


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
