"""Archives as real programs write them: every good one is taken, and what we list is what other programs show."""

import itertools
import os
import random
import struct
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from services.archives import Refusal, inspect_in_child
from services.archives.__main__ import inspect
from services.archives.zips import members
from tests.services.test_archives import PDF, PNG, docx, zipped
from tests.tools import found

FILES = {
    "Başvuru formu.pdf": PDF,
    "evrak/İĞÜŞÖÇ ığüşöç.docx": docx(),
    "evrak/kimlik.png": PNG,
    "not.txt": b"merhaba\n" * 9,
}
LISTED = sorted((name, len(body)) for name, body in FILES.items())
PERL = """
use Archive::Zip qw(:CONSTANTS); my $zip = Archive::Zip->new(); my ($to, $level, @files) = @ARGV;
for (@files) { my $m = $zip->addFile($_); $m->desiredCompressionLevel($level) if -f $_; } $zip->writeToFileNamed($to) == 0 or die;
"""
JAVA = """
import java.io.*; import java.nio.file.*; import java.util.zip.*;
public class Pack { public static void main(String[] a) throws Exception {
  try (ZipOutputStream z = new ZipOutputStream(new FileOutputStream(a[0]))) { z.setLevel(Integer.parseInt(a[1]));
    for (int i = 2; i < a.length; i++) { z.putNextEntry(new ZipEntry(a[i])); if (!a[i].endsWith("/")) Files.copy(Path.of(a[i]), z); z.closeEntry(); } } } }
"""

Made = tuple[str, Sequence[str], str]  # the program, its arguments (OUT and FILES stand for what they say), the ending
TREE = ["Başvuru formu.pdf", "evrak", "not.txt"]
FLAT = [*FILES]


def _zip() -> Iterator[Made]:
    for level, more in itertools.product(
        ("-0", "-1", "-6", "-9"), ((), ("-fd",), ("-fz",), ("-X",), ("-D",), ("-fz-",))
    ):
        yield "zip", ("-q", "-r", level, *more, "OUT", *TREE), "zip"
    yield "zip", ("-q", "-r", "-UN=UTF8", "OUT", *TREE), "zip"
    yield "zip", ("-q", "-r", "-UN=Escape", "OUT", *TREE), "zip"
    yield "zip", ("-q", "-r", "-z", "OUT", *TREE), "zip"


def _bsdtar() -> Iterator[Made]:
    for option in (
        "",
        "compression=store",
        "compression=deflate",
        "hdrcharset=UTF-8",
        "zip64",
        "!zip64",
        "experimental",
    ):
        said = (f"--options=zip:{option}",) if option else ()
        yield "bsdtar", ("--format=zip", *said, "-cf", "OUT", *TREE), "zip"
        yield "bsdtar", ("-a", *said, "-cf", "OUT", *FLAT), "zip"
    yield "bsdtar", ("-a", "-cf", "OUT", *TREE), "7z"
    yield "bsdtar", ("--format=7zip", "--options=7zip:compression=lzma1", "-cf", "OUT", *TREE), "7z"
    yield "bsdtar", ("--format=7zip", "--options=7zip:compression=store", "-cf", "OUT", *TREE), "7z"


def _sevenzip() -> Iterator[Made]:
    for level in (0, 1, 5, 9):
        yield "7z", ("a", "-tzip", f"-mx={level}", "OUT", *TREE), "zip"
        yield "7z", ("a", "-tzip", "-mcu=on", f"-mx={level}", "OUT", *FLAT), "zip"
        yield "7z", ("a", "-t7z", f"-mx={level}", "OUT", *TREE), "7z"
    for more in ("-ms=off", "-mhc=off", "-m0=lzma", "-m0=lzma2", "-m0=copy", "-m0=bzip2", "-m0=deflate", "-mf=off"):
        yield "7z", ("a", "-t7z", more, "OUT", *TREE), "7z"


def _others() -> Iterator[Made]:
    for level in ("0", "1", "6", "9"):
        yield "perl", ("-e", PERL, "OUT", level, *FLAT), "zip"
        yield "java", ("Pack.java", "OUT", level, *FLAT), "zip"
        yield "git", ("archive", "--format=zip", f"-{level}", "-o", "OUT", "HEAD"), "zip"
    for how in ("deflate", "store"):
        adds = [word for name in FLAT for word in ("add_file", name, name, "0", "-1")]
        sets = [w for n in range(len(FLAT)) for w in ("set_file_compression", str(n), how, "0")]
        yield "ziptool", ("--", "OUT", *adds, *sets), "zip"


MADE = [*_zip(), *_bsdtar(), *_sevenzip(), *_others()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files to pack, in a folder that is a git repository too."""
    top = tmp_path_factory.mktemp("to-pack")
    for name, body in FILES.items():
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_bytes(body)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@demo.edu.tr", "-c", "core.autocrlf=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        subprocess.run([*git, *words], cwd=top, check=True)
    (top / "Pack.java").write_text(JAVA)
    (top / "bağ").symlink_to("not.txt")
    (top / "içeride.zip").write_bytes(zipped({"a.pdf": PDF}))
    return top


def pack(folder: Path, made: Made, to: Path) -> Path:
    """The archive a program makes of the folder; skips where this machine has not got the program, or it cannot do so."""
    program, arguments, ending = made
    if not found(program):
        pytest.skip(f"this machine has no {program}")
    out = to / f"belgeler.{ending}"
    command = [found(program) or "", *(str(out) if word == "OUT" else word for word in arguments)]
    env = {**os.environ, "LC_ALL": "C.UTF-8", "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8"}
    done = subprocess.run(command, cwd=folder, env=env, input=b"", capture_output=True, check=False)
    if done.returncode and program == "bsdtar" and b"ndefined option" in done.stderr + done.stdout:
        pytest.skip(f"this {program} does not know {arguments}")
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize(
    "made", MADE, ids=lambda made: f"{made[0]}-{'_'.join(made[1])[:40]}-{made[2]}" if isinstance(made, tuple) else ""
)
def test_what_a_real_program_packs_is_taken(folder: Path, tmp_path: Path, made: Made) -> None:
    path = pack(folder, made, tmp_path)
    look = inspect if made[2] == "zip" else inspect_in_child  # the library for 7z leaves its file open
    assert sorted((e.name, e.size) for e in look(path, path.name).entries) == LISTED


def test_enough_archives_of_enough_programs_are_tried() -> None:
    assert len(MADE) >= 60
    assert len({program for program, *_ in MADE}) >= 6


LINKED = ["bağ", "not.txt"]
PASSWORD, METHOD, LINK = "protected by a password", "unusual method", "is a link"
BAD: list[tuple[Made, str]] = [
    (("zip", ("-q", "-P", "gizli", "OUT", "not.txt"), "zip"), PASSWORD),
    (("7z", ("a", "-tzip", "-pgizli", "OUT", "not.txt"), "zip"), PASSWORD),
    (("7z", ("a", "-tzip", "-pgizli", "-mem=AES256", "OUT", "not.txt"), "zip"), PASSWORD),
    (("7z", ("a", "-t7z", "-pgizli", "OUT", "not.txt"), "7z"), PASSWORD),
    (("7z", ("a", "-t7z", "-pgizli", "-mhe=on", "OUT", "not.txt"), "7z"), PASSWORD),
    (("bsdtar", ("--format=zip", "--options=zip:encryption=aes256", "--passphrase=gizli", "-cf", "OUT", "not.txt"), "zip"), PASSWORD),
    (("zip", ("-q", "-Z", "bzip2", "OUT", *FLAT), "zip"), METHOD),
    *((("7z", ("a", "-tzip", f"-mm={how}", "OUT", *FLAT), "zip"), METHOD) for how in ("LZMA", "PPMd", "BZip2", "Deflate64")),
    *((("7z", ("a", "-t7z", f"-m0={how}", "OUT", *FLAT), "7z"), METHOD) for how in ("PPMd", "BCJ2")),
    (("zip", ("-q", "-y", "OUT", *LINKED), "zip"), LINK),
    (("bsdtar", ("--format=zip", "-cf", "OUT", *LINKED), "zip"), LINK),
    (("bsdtar", ("--format=7zip", "-cf", "OUT", *LINKED), "7z"), LINK),
    (("7z", ("a", "-tzip", "-snl", "OUT", *LINKED), "zip"), LINK),
    (("7z", ("a", "-t7z", "-snl", "OUT", *LINKED), "7z"), LINK),
    (("bsdtar", ("-P", "--format=zip", "-s", ",not,../not,", "-cf", "OUT", "not.txt"), "zip"), "name that is not allowed"),
    (("bsdtar", ("-P", "--format=zip", "-s", ",not,/etc/not,", "-cf", "OUT", "not.txt"), "zip"), "name that is not allowed"),
    (("bsdtar", ("--format=ustar", "-cf", "OUT", "not.txt"), "zip"), "is not a .zip archive"),
    (("bsdtar", ("--format=ustar", "--gzip", "-cf", "OUT", "not.txt"), "zip"), "is a GZIP"),
    (("7z", ("a", "-t7z", "OUT", "not.txt"), "zip"), "is a 7Z"),
    (("zip", ("-q", "-r", "OUT", "not.txt", "içeride.zip"), "zip"), "archive inside the archive"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "why"), BAD, ids=lambda it: f"{it[0]}-{'_'.join(it[1])[:40]}" if isinstance(it, tuple) else ""
)
def test_what_a_real_program_packs_badly_is_refused_for_its_reason(
    folder: Path, tmp_path: Path, made: Made, why: str
) -> None:
    path = pack(folder, made, tmp_path)
    with pytest.raises(Refusal, match=why):
        inspect_in_child(path, path.name)


# -- one name, whoever looks -----------------------------------------------------------------------------------------


def extra(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def called(raw: bytes, other: str, *, version: int = 1, crc: int | None = None) -> bytes:
    """The field with which Info-ZIP gives an entry another name."""
    return extra(0x7075, struct.pack("<BL", version, zlib.crc32(raw) if crc is None else crc) + other.encode())


def named_twice(raw: bytes, field: bytes, *, local: bool = True, central: bool = True, flags: int = 0) -> bytes:
    """A zip of one file whose headers carry an extra field."""
    fields = (field if local else b"", field if central else b"")
    sizes = (zlib.crc32(PDF), len(PDF), len(PDF), len(raw))
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, flags, 0, 0, 0x5A21, *sizes, len(fields[0])) + raw + fields[0] + PDF
    entry = (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, flags, 0, 0, 0x5A21, *sizes, len(fields[1]), 0, 0, 0, 0, 0)
        + raw
        + fields[1]
    )
    return head + entry + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(head), 0)


IYI = b"iyi.pdf"
OTHER_NAMES = ("../Kotu.hta", "kotu.hta", "iyi.pdf.hta", "İyi.pdf", "iyi.pdf\x00.hta", "iyi\u202e.pdf", "")


@pytest.mark.parametrize(("local", "central"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("other", OTHER_NAMES)
@pytest.mark.parametrize("facts", [{}, {"crc": 1}, {"version": 2}])
def test_a_file_with_a_second_name_is_refused(
    tmp_path: Path, other: str, facts: dict[str, int], local: bool, central: bool
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(named_twice(IYI, called(IYI, other, **facts), local=local, central=central))
    with pytest.raises(Refusal):
        inspect(path, "a.zip")


GOOD_NAMES = {
    "the same again": (IYI, "iyi.pdf"),
    "letters written out": (b"ba#U015fvuru.pdf", "başvuru.pdf"),
    "a Turkish page of DOS": ("başvuru.pdf".encode("cp857"), "başvuru.pdf"),
    "a Turkish page of Windows": ("ÖĞRENCİ ışık.pdf".encode("cp1254"), "ÖĞRENCİ ışık.pdf"),
}


@pytest.mark.parametrize("kind", GOOD_NAMES)
def test_a_name_that_is_only_spelt_better_is_taken(tmp_path: Path, kind: str) -> None:
    raw, name = GOOD_NAMES[kind]
    path = tmp_path / "a.zip"
    path.write_bytes(named_twice(raw, called(raw, name)))
    assert [e.name for e in inspect(path, "a.zip").entries] == [name]


LINKS = {
    "ASi": extra(0x756E, struct.pack("<LHLHH", 0, 0o120777, 11, 0, 0) + b"/etc/passwd"),
    "PKWARE": extra(0x000D, struct.pack("<LLHH", 0, 0, 0, 0) + b"/etc/passwd"),
}


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_told_in_an_extra_field_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(named_twice(IYI, LINKS[kind]))
    with pytest.raises(Refusal, match="is a link"):
        inspect(path, "a.zip")


# -- changed by a byte here and there --------------------------------------------------------------------------------

MUTATIONS = 4_000


def seeds(tmp_path: Path) -> Iterator[bytes]:
    """Small zips of each form: plain, streamed, ZIP64, with fields that name."""
    yield zipped({"a.txt": b"bir", "b.pdf": PDF})
    yield named_twice(b"ba#U015fvuru.pdf", called(b"ba#U015fvuru.pdf", "başvuru.pdf"))
    yield named_twice(IYI, called(IYI, "iyi.pdf"))
    for program, arguments in (
        ("zip", ("-q", "-fd", "OUT", "a.txt")),
        ("zip", ("-q", "-fz", "OUT", "a.txt")),
        ("bsdtar", ("-acf", "OUT", "a.txt")),
    ):
        if found(program):
            (tmp_path / "a.txt").write_bytes(b"bir iki")
            yield pack(tmp_path, (program, arguments, f"{'-'.join(arguments)[:6]}.zip"), tmp_path).read_bytes()


def changed(made: bytes, chance: random.Random) -> bytes:
    """A copy with some bytes of its headers changed, mostly to what matters there."""
    whole = bytearray(made)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(whole))
        whole[at] = chance.choice(
            (0, 1, 8, 0xFF, 0x2F, 0x2E, whole[at] ^ (1 << chance.randrange(8)), chance.randrange(256))
        )
    return bytes(whole)


def shown_by(program: str, *arguments: str) -> frozenset[str]:
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run([program, *arguments], env=env, capture_output=True, check=False)
    return frozenset(done.stdout.decode(errors="surrogateescape").splitlines())


def test_no_changed_zip_that_is_taken_shows_another_name_elsewhere(tmp_path: Path) -> None:
    chance, path = random.Random(9), tmp_path / "changed.zip"
    taken, differs = 0, []
    made = list(seeds(tmp_path))
    for n in range(MUTATIONS):
        path.write_bytes(changed(made[n % len(made)], chance))
        try:
            inspect(path, "a.zip")
        except Refusal:
            continue
        taken += 1
        ours = frozenset(m.name for m in members(path.read_bytes()))
        differs += [(n, program, ours, theirs) for program, theirs in shown(path) if theirs != ours]
    assert (taken > MUTATIONS // 20, differs) == (True, [])


def shown(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """The names other programs show of a zip."""
    if unzip := found("unzip"):
        yield "unzip", shown_by(unzip, "-Z1", str(path))
    if seven := found("7z"):
        lines = shown_by(seven, "l", "-ba", "-slt", str(path))
        yield "7z", frozenset(line.removeprefix("Path = ") for line in lines if line.startswith("Path = "))
