"""The child that looks: `python -m services.archives PATH FILENAME` prints one line of JSON."""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.archives import zips
from services.archives.contents import sniff
from services.archives.litter import is_litter
from services.archives.rules import EMPTY, LIMITS, Entry, Listing, Refusal
from workflow.say import Say
from workflow.turkish import lowered


def inspect(path: Path, filename: str) -> Listing:
    """What is in an archive, every file of it checked; raises Refusal (or anything at all, for crafted input)."""
    ending = lowered(filename.rsplit(".", 1)[-1]) if "." in filename else ""
    if ending not in {"zip", "7z"}:
        raise Refusal(Say("Upload one .zip or .7z file."))
    data = path.read_bytes()
    if not data.startswith(b"PK" if ending == "zip" else b"7z\xbc\xaf"):
        raise Refusal(_really(data, ending))
    found = []
    for name, body in _files(ending, path, data):
        if not is_litter(name, body):
            sniff(name, body)
            found.append(Entry(name, len(body)))
    if not found:
        raise Refusal(EMPTY)
    return Listing(ending, tuple(found))


def _really(data: bytes, ending: str) -> Say:
    """The sentence for a file that is not what its ending says; what it is, where its first bytes tell."""
    kinds = ((b"PK\x03\x04", "ZIP"), (b"7z\xbc\xaf", "7Z"), (b"Rar!", "RAR"), (b"\x1f\x8b", "GZIP"), (b"%PDF", "PDF"))
    if kind := next((kind for begins, kind in kinds if data.startswith(begins)), None):
        return Say(
            "The name ends in .%(ending)s, but the file is a %(kind)s. Make a .zip of your files.",
            ending=ending,
            kind=kind,
        )
    return Say("The file is not a .%(ending)s archive, whatever its name says.", ending=ending)


def _files(ending: str, path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    if ending == "zip":
        for member in zips.members(data):
            body = zips.contents(data, member)
            if not member.folder:
                yield member.name, body
        return
    from services.archives import sevens  # noqa: PLC0415 -- 30 MB that a zip does not need

    sevens.check_frame(data)
    yield from sevens.files(path)


def main() -> None:
    """Bound ourselves, look, answer."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMITS.memory, LIMITS.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMITS.cpu, LIMITS.cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        seen = inspect(Path(sys.argv[1]), sys.argv[2])
        answer: dict[str, Any] = {"kind": seen.kind, "entries": [[e.name, e.size] for e in seen.entries]}
    except Refusal as refusal:
        answer = {"refused": refusal.say.msgid, "facts": dict(refusal.say.facts)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
