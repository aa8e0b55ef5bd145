"""What an uploaded archive may be, shown on real archives and on hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.archives import Refusal, inspect_in_child, sniff_document
from services.archives.__main__ import inspect
from services.archives.contents import EICAR
from services.archives.rules import LIMITS

PDF = b"%PDF-1.7\n" + b"metin " * 200 + b"\nstartxref\n9\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, **facts: object) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method, **facts) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return made.getvalue()


def docx(method: int = zipfile.ZIP_STORED) -> bytes:
    return zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}, method)


def seven(files: dict[str, bytes], **facts: object) -> bytes:
    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w", **facts) as archive:
        for name, body in files.items():
            archive.writestr(body, name)
    return made.getvalue()


def look(tmp_path: Path, data: bytes, name: str = "belgeler.zip") -> list[tuple[str, int]]:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return [(e.name, e.size) for e in inspect_in_child(path, name).entries]


ZIP = zipped({"form.pdf": PDF, "kabul.docx": docx()})
SEVEN = seven({"form.pdf": PDF})

DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(100)
STORE = b"\x00\x00\x00\x01Bud1" + bytes(100)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
LITTER = {
    "._form.pdf": DOUBLE, "__MACOSX/._form.pdf": DOUBLE, "__MACOSX/evrak/._a.docx": DOUBLE, "evrak/._": DOUBLE, ".DS_Store": STORE,
    "evrak/.DS_Store": STORE, "Thumbs.db": OLE, "THUMBS.DB": OLE, "ehthumbs.db": OLE, "desktop.ini": b"[.ShellClassInfo]\r\n",
    "Desktop.ini": b"\xff\xfe[\x00", "~$lgeler.docx": b"\x05Ali" + bytes(158), "~$Liste.XLSX": b"\x05Ali" + bytes(161), ".~lock.a.odt#": b",ali,",
    ".directory": b"[Desktop Entry]\n", ".localized": b"", "Icon\r": b"",
}  # fmt: skip
HIDDEN = {
    "._kotu.hta": b"<script>", "__MACOSX/kotu.exe": b"MZ", "__MACOSX/._kotu.exe": b"MZ", ".DS_Store": b"MZ", "Thumbs.db": b"MZ" + bytes(90),
    "desktop.ini": b"MZ", "~$kotu.exe": b"MZ", "~$kotu.docx": b"MZ" * 400, ".~lock.kotu.exe": b"MZ", ".~lock.a.odt#": b"MZ" * 400,
}  # fmt: skip


@pytest.mark.parametrize("name", LITTER)
def test_what_a_computer_left_by_itself_is_passed_over(tmp_path: Path, name: str) -> None:
    assert look(tmp_path, zipped({name: LITTER[name], "form.pdf": PDF})) == [("form.pdf", len(PDF))]


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_hides_behind_the_name_of_litter(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal):
        look(tmp_path, zipped({name: HIDDEN[name], "form.pdf": PDF}))


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50)


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "jfif", "jpe", "JFIF"])
def test_a_jpeg_is_one_whatever_its_ending(tmp_path: Path, ending: str) -> None:
    assert look(tmp_path, zipped({f"kimlik.{ending}": JPEG})) == [(f"kimlik.{ending}", len(JPEG))]
    path = tmp_path / "kimlik"
    path.write_bytes(JPEG)
    assert sniff_document(path, f"kimlik.{ending}") == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        *((f"a.{e}", "Save it as JPEG, PNG or PDF") for e in ("heic", "HEIF", "tif", "tiff", "webp", "bmp", "gif")),
        *((f"a.{e}", "Save it without them") for e in ("docm", "xlsm", "pptm")),
        *((f"a.{e}", "Save it as PDF") for e in ("pages", "numbers", "udf", "eml", "html", "exe", "lnk")),
    ],
)
def test_a_kind_we_do_not_take_is_refused_with_what_to_do_instead(tmp_path: Path, name: str, advice: str) -> None:
    with pytest.raises(Refusal, match=advice):
        look(tmp_path, zipped({name: b"II*\x00" + bytes(50)}))


GOOD: dict[str, Callable[[], tuple[bytes, str]]] = {
    "deflated": lambda: (zipped({"form.pdf": PDF}), "a.zip"),
    "stored": lambda: (zipped({"form.pdf": PDF}, zipfile.ZIP_STORED), "a.ZIP"),
    "7z": lambda: (seven({"form.pdf": PDF}), "a.7z"),
    "streamed with descriptors": lambda: (_streamed({"form.pdf": PDF}), "a.zip"),
    "with litter": lambda: (zipped({"form.pdf": PDF, "__MACOSX/._form.pdf": DOUBLE, ".DS_Store": STORE}), "a.zip"),
    "with a folder": lambda: (zipped({"evrak/": b"", "form.pdf": PDF}), "a.zip"),
}


REAL = Path("seed/data/files/staj-yonergesi.pdf")
PDFS: dict[str, tuple[Callable[[bytes], bytes], bool]] = {
    "as it was made": (lambda whole: whole, True),
    "with what a mail left behind it": (lambda whole: whole + b"\r\n" * 400, True),
    "its head only": (lambda whole: whole[:16], False),
    "a head and words": (lambda _whole: b"%PDF-1.7\n12345", False),
    "broken off": (lambda whole: whole[:-40], False),
    "filled up with nothing by a disk": (lambda whole: whole + bytes(4096), True),
    "filled up with much nothing": (lambda whole: whole + b"\n" + bytes(300_000) + b"\r\n", True),
    "ended as DOS ends a file": (lambda whole: whole + b"\x1a", True),
    "with a mark of Unicode before it": (lambda whole: b"\xef\xbb\xbf" + whole, True),
    "with a printer's words before it": (lambda whole: b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + whole, True),
    "broken off and filled up": (lambda whole: whole[:-40] + bytes(4096), False),
    "with an end that leads out of it": (lambda _whole: b"%PDF-1.7\nstartxref\n999\n%%EOF", False),
}


@pytest.mark.parametrize("kind", PDFS)
def test_a_pdf_is_whole(tmp_path: Path, kind: str) -> None:
    change, taken = PDFS[kind]
    path = tmp_path / "yonerge"
    path.write_bytes(change(REAL.read_bytes()))
    if taken:
        assert sniff_document(path, "Yönerge.pdf") == "application/pdf"
        return
    with pytest.raises(Refusal, match="is broken off"):
        sniff_document(path, "Yönerge.pdf")
    with pytest.raises(Refusal, match="is broken off"):
        look(tmp_path, zipped({"a.pdf": path.read_bytes()}))


@pytest.mark.parametrize("kind", GOOD)
def test_an_honest_archive_is_listed(tmp_path: Path, kind: str) -> None:
    data, name = GOOD[kind]()
    assert look(tmp_path, data, name) == [("form.pdf", len(PDF))]


def test_a_stored_office_file_inside_is_no_second_archive(tmp_path: Path) -> None:
    data = zipped({"kabul.docx": docx(), "foto.png": PNG}, zipfile.ZIP_STORED)
    assert look(tmp_path, data) == [("kabul.docx", len(docx())), ("foto.png", len(PNG))]


def test_a_turkish_name_of_an_old_tool_is_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"basvuru#.pdf": PDF}))
    changed = bytes(data).replace(b"basvuru#.pdf", "basvuru\u011f.pdf".encode("cp857"))
    assert look(tmp_path, changed) == [("basvuru\u011f.pdf", len(PDF))]


def _streamed(files: dict[str, bytes]) -> bytes:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.got = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, b: bytes) -> int:
            self.got += bytes(b)
            return len(b)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return bytes(pipe.got)


def _patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def _overlapping() -> bytes:
    """Two directory entries that point at the same bytes."""
    one = zipped({"a.pdf": PDF})
    at = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    central = one[at:end]
    twin = central.replace(b"a.pdf", b"b.pdf")
    size = len(central) + len(twin)
    return one[:at] + central + twin + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, size, at, 0)


def _bomb() -> bytes:
    return zipped({"a.txt": b"0" * (LIMITS.ratio_above + 1)})


def _lying() -> bytes:
    """Declares ten bytes and inflates to a megabyte."""
    data = zipped({"a.txt": b"0" * 1_000_000})
    return data.replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))


def _link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("form.pdf")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return made.getvalue()


def _same() -> bytes:
    return zipped({"Belge.pdf": PDF, "belge.PDF": PDF})


BAD: dict[str, Callable[[], tuple[bytes, str]]] = {
    "a text called zip": lambda: (b"merhaba", "a.zip"),
    "a 7z called zip": lambda: (seven({"a.pdf": PDF}), "a.zip"),
    "a zip called 7z": lambda: (zipped({"a.pdf": PDF}), "a.7z"),
    "a rar": lambda: (b"Rar!\x1a\x07\x00" + bytes(50), "a.rar"),
    "no ending": lambda: (zipped({"a.pdf": PDF}), "belgeler"),
    "empty zip": lambda: (zipped({}), "a.zip"),
    "only litter": lambda: (zipped({".DS_Store": STORE}), "a.zip"),
    "cut off": lambda: (zipped({"a.pdf": PDF})[:-30], "a.zip"),
    "something before": lambda: (b"#!/bin/sh\n" + zipped({"a.pdf": PDF}), "a.zip"),
    "zip then something": lambda: (zipped({"a.pdf": PDF}) + b"more", "a.zip"),
    "two end records": lambda: (zipped({"a.pdf": PDF}) + zipped({"b.pdf": PDF})[-22:], "a.zip"),
    "overlapping": lambda: (_overlapping(), "a.zip"),
    "bomb": lambda: (_bomb(), "a.zip"),
    "lying about its size": lambda: (_lying(), "a.zip"),
    "bzip2": lambda: (zipped({"a.pdf": PDF}, zipfile.ZIP_BZIP2), "a.zip"),
    "lzma": lambda: (zipped({"a.pdf": PDF}, zipfile.ZIP_LZMA), "a.zip"),
    "encrypted": lambda: (_flagged(0x1), "a.zip"),
    "link": lambda: (_link(), "a.zip"),
    "up and out": lambda: (zipped({"../a.pdf": PDF}), "a.zip"),
    "absolute": lambda: (zipped({"/a.pdf": PDF}), "a.zip"),
    "a drive": lambda: (zipped({"C:a.pdf": PDF}), "a.zip"),
    "backslash": lambda: (_patched(zipped({"x/y.pdf": PDF}), b"x/y.pdf", b"x\\y.pdf"), "a.zip"),
    "hidden direction": lambda: (zipped({"fd\u202ep.exe.pdf": PDF}), "a.zip"),
    "twice the same": lambda: (_same(), "a.zip"),
    "too many": lambda: (zipped({f"{n}.txt": b"" for n in range(LIMITS.entries + 1)}, zipfile.ZIP_STORED), "a.zip"),
    "archive inside": lambda: (zipped({"b.zip": zipped({"a.pdf": PDF})}), "a.zip"),
    "program inside": lambda: (zipped({"a.exe": b"MZ"}), "a.zip"),
    "program called pdf": lambda: (zipped({"a.pdf": b"MZ" + bytes(50)}), "a.zip"),
    "zip called docx": lambda: (zipped({"a.docx": zipped({"a.pdf": PDF})}), "a.zip"),
    "the test file of the antivirus makers": lambda: (zipped({"a.txt": EICAR, "b.pdf": PDF}), "a.zip"),
    "the same in a 7z": lambda: (seven({"a.txt": EICAR}), "a.7z"),
    "macros": lambda: (zipped({"a.docx": zipped({"word/document.xml": b"", "word/vbaProject.bin": b""})}), "a.zip"),
    "wrong checksum": lambda: (_wrong_sum(), "a.zip"),
    "7z with a password": lambda: (seven({"a.pdf": PDF}, password="gizli"), "a.7z"),
    "7z in ppmd": lambda: (seven({"a.pdf": PDF}, filters=[{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 16}]), "a.7z"),
    "7z then something": lambda: (seven({"a.pdf": PDF}) + b"x", "a.7z"),
    "7z cut off": lambda: (seven({"a.pdf": PDF})[:-5], "a.7z"),
    "7z bomb": lambda: (seven({"a.txt": b"0" * (LIMITS.ratio_above + 1)}), "a.7z"),
    "7z up and out": lambda: (_renamed_seven(), "a.7z"),
}  # fmt: skip


def _flagged(bits: int) -> bytes:
    data = bytearray(zipped({"a.pdf": PDF}))
    data[6] |= bits
    data[data.index(b"PK\x01\x02") + 8] |= bits
    return bytes(data)


def _wrong_sum() -> bytes:
    return zipped({"a.pdf": PDF}).replace(struct.pack("<L", zlib.crc32(PDF)), struct.pack("<L", 1))


def _renamed_seven() -> bytes:
    data = seven({"aaaa.pdf": PDF}, header_encryption=False)
    wide = "aaaa.pdf".encode("utf-16le")
    if wide not in data:  # the header is packed: an unpacked one is refused by its checksum instead
        return data[:40] + b"\x00" + data[41:]
    return data.replace(wide, "../a.pdf".encode("utf-16le"))


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_archive_is_refused_with_a_sentence(tmp_path: Path, kind: str) -> None:
    data, name = BAD[kind]()
    with pytest.raises(Refusal) as refused:
        look(tmp_path, data, name)
    assert str(refused.value.say)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_zip_does_anything_but_be_listed_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    made = bytearray(ZIP)
    for _ in range(data.draw(st.integers(1, 6))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "changed"
    path.write_bytes(bytes(made))
    try:
        assert inspect(path, "a.zip").total <= LIMITS.total
    except Refusal as refusal:
        assert str(refusal.say)  # noqa: PT017 -- both outcomes are right


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_7z_does_anything_but_be_listed_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    made = bytearray(SEVEN)  # made once: it carries the time of making
    made[data.draw(st.integers(32, len(made) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        look(tmp_path, bytes(made), "a.7z")
    except Refusal as refusal:
        assert str(refusal.say)  # noqa: PT017 -- both outcomes are right


def test_a_document_of_the_office_is_what_its_ending_says(tmp_path: Path) -> None:
    path = tmp_path / "yonerge"
    path.write_bytes(PDF)
    assert sniff_document(path, "Yönerge.PDF") == "application/pdf"
    with pytest.raises(Refusal):
        sniff_document(path, "Yönerge.docx")
