"""What computers and office programs leave in an archive by themselves: passed over, never listed, never a reason to refuse.

Nobody looks into it, so it must be what its name says and small: a program does not hide behind such a name.
"""

from pathlib import PurePosixPath

from workflow.turkish import ascii_lowered

SMALL = 1024 * 1024  # bytes
OWNER_FILE = 512  # bytes; Word, Excel and LibreOffice write who has a document open
APPLE_DOUBLE = (b"\x00\x05\x16\x07", b"\x00\x05\x16\x00")
DS_STORE, OLE, ICON = b"\x00\x00\x00\x01Bud1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Icon\r"
# a file's name -> how it begins; b"" where it is text
LEFT: dict[str, tuple[bytes, ...]] = {
    ".ds_store": (DS_STORE,),
    "thumbs.db": (OLE,),
    "ehthumbs.db": (OLE,),
    "ehthumbs_vista.db": (OLE,),
    "desktop.ini": (b"[", b"\r\n[", b"\xff\xfe", b"\xef\xbb\xbf"),
    ".directory": (b"[",),
    ".localized": (),
    ascii_lowered(ICON): (),
}
OFFICE = frozenset({".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".dotx", ".rtf", ".odt", ".ods", ".odp"})


def is_litter(name: str, body: bytes) -> bool:
    """Whether an entry is what a computer left there by itself."""
    base = _base(name)
    if len(body) > SMALL:
        return False
    if base.startswith("._"):
        return body.startswith(APPLE_DOUBLE)
    if base.startswith("~$"):
        return len(body) <= OWNER_FILE and ascii_lowered(PurePosixPath(base).suffix) in OFFICE
    if base.startswith(".~lock."):
        return len(body) <= OWNER_FILE and base.endswith("#")
    begins = LEFT.get(ascii_lowered(base))
    return begins is not None and (not body or body.startswith(begins))


def _base(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[-1]
