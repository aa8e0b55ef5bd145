"""Whether a file is what its ending says: by its first bytes, a PDF by its end too, office files by what is in them."""

import re
from pathlib import PurePosixPath

from services.archives import zips
from services.archives.rules import Refusal, shown
from workflow.say import N_, Say
from workflow.turkish import lowered

PDF, OLE = b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
# ending -> (content type, first bytes, or the entry an office container must hold)
MAGIC: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (PDF,)),
    "doc": ("application/msword", (OLE,)),
    "xls": ("application/vnd.ms-excel", (OLE,)),
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), ("image/jpeg", (b"\xff\xd8\xff",))),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "rtf": ("application/rtf", (b"{\\rtf",)),
}
CONTAINERS: dict[str, tuple[str, str]] = {
    "docx": (OFFICE + "wordprocessingml.document", "word/"),
    "xlsx": (OFFICE + "spreadsheetml.sheet", "xl/"),
    "pptx": (OFFICE + "presentationml.presentation", "ppt/"),
    "odt": (OPEN + "text", "content.xml"),
    "ods": (OPEN + "spreadsheet", "content.xml"),
}
# ISO 32000-1, 7.5.5: where the last cross-reference table begins, then the mark of the end; readers look this far back
# Annex H, notes 13 and 18: readers find the first line within the first bytes and the mark of the end within the last;
# what disks and mails fill a file up with does not count
PDF_HEAD, PDF_FILL = 1024, b"\x00 \t\r\n\x0c\x1a"
PDF_TRAILER, PDF_TAIL = re.compile(rb"startxref\s+(\d{1,10})\s*%%EOF"), 1024
TEXTS = {"txt": "text/plain", "csv": "text/csv"}
ARCHIVES = frozenset({"zip", "7z", "rar", "gz", "tgz", "bz2", "xz", "tar", "iso", "cab", "jar"})
MACROS = "vbaProject.bin"
# the test file of the antivirus makers, as eicar.org describes it; in two halves, so that no scanner takes this file for it
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
INFECTED = Say("“%(name)s” is a virus test file or carries a virus. Scan your computer, then upload a clean file.")
INSTEAD: dict[frozenset[str], str] = {
    frozenset({"heic", "heif", "tif", "tiff", "webp", "bmp", "gif", "avif", "svg", "raw", "dng", "jp2"}): N_(
        "“%(name)s” is a picture not every computer opens. Save it as JPEG, PNG or PDF and put that in."
    ),
    frozenset({"docm", "dotm", "xlsm", "xltm", "pptm"}): N_(
        "“%(name)s” may hold macros. Save it without them (as .docx, .xlsx or .pptx) or as PDF and put that in."
    ),
}
OTHER_KIND = N_(
    "“%(name)s” is not a kind of file we take (PDF, Word, Excel, OpenDocument, picture, text). "
    "Save it as PDF and put that in."
)


def sniff(name: str, data: bytes) -> str:
    """The content type of a document; raises Refusal when the ending is not allowed or the content is another."""
    ending = lowered(PurePosixPath(name).suffix).lstrip(".")
    if ending in ARCHIVES:
        raise Refusal(Say("“%(name)s” is an archive inside the archive. Put its files in directly.", name=shown(name)))
    if data.startswith(EICAR):
        raise Refusal(Say(INFECTED.msgid, name=shown(name)))
    if not _is(ending, data):
        if ending == "pdf" and PDF in data[:PDF_HEAD]:
            raise Refusal(
                Say("“%(name)s” is broken off: its end is missing. Save it anew and upload it again.", name=shown(name))
            )
        known = ending in MAGIC or ending in CONTAINERS or ending in TEXTS
        if known:
            raise Refusal(Say("“%(name)s” is not what its ending says.", name=shown(name)))
        instead = next((sentence for endings, sentence in INSTEAD.items() if ending in endings), OTHER_KIND)
        raise Refusal(Say(instead, name=shown(name)))
    return (MAGIC.get(ending) or CONTAINERS.get(ending) or (TEXTS[ending],))[0]


def _is(ending: str, data: bytes) -> bool:
    if ending == "pdf":
        return PDF in data[:PDF_HEAD] and _ends(data.rstrip(PDF_FILL))
    if ending in MAGIC:
        return any(data.startswith(m) for m in MAGIC[ending][1])
    if ending in CONTAINERS:
        return _holds(data, CONTAINERS[ending][1])
    return ending in TEXTS and b"\x00" not in data[:4096]


def _ends(data: bytes) -> bool:
    """The PDF is whole: its trailer stands at the end and points into it."""
    trailers = PDF_TRAILER.findall(data, max(0, len(data) - PDF_TAIL))
    return bool(trailers) and int(trailers[-1]) < len(data)


def _holds(data: bytes, wanted: str) -> bool:
    try:
        names = [m.name for m in zips.members(data)]
    except Refusal:
        return False
    return any(n.startswith(wanted) for n in names) and not any(n.endswith(MACROS) for n in names)
