"""What an archive may be: limits, names, and the sentence for each way of not being it."""

import unicodedata
from dataclasses import dataclass

from workflow.plain import BIDI, legible, plain
from workflow.say import Say
from workflow.turkish import caseless

MEBIBYTE = 1024 * 1024
NAME_LENGTH = 255


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    entries: int = 1000
    total: int = 200 * MEBIBYTE
    ratio: int = 200
    ratio_above: int = 32 * MEBIBYTE
    header_7z: int = 4 * MEBIBYTE
    memory: int = 400 * 1000 * 1000
    cpu: int = 8
    wall: int = 10


LIMITS = Limits()


@dataclass(frozen=True)
class Entry:
    """A file in an archive; size in bytes, unpacked."""

    name: str
    size: int


@dataclass(frozen=True)
class Listing:
    """What an accepted archive holds; `kind` is zip or 7z."""

    kind: str
    entries: tuple[Entry, ...]

    @property
    def total(self) -> int:
        return sum(e.size for e in self.entries)


class Refusal(Exception):
    """An upload that is not accepted; `say` is the one sentence for the person."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


DAMAGED = Say("The archive is damaged. Make it anew and upload it again.")
TOO_MANY = Say("The archive holds more than %(count)s files.", count=LIMITS.entries)
TOO_LARGE = Say("Unpacked, the archive is larger than 200 MB.")
BOMB = Say("The archive is packed suspiciously tightly. Make it anew from the original files.")
ENCRYPTED = Say("The archive is protected by a password. Make it anew without one.")
METHOD = Say("The archive is packed with an unusual method. Make it anew as an ordinary .zip.")
EMPTY = Say("There is no file in the archive.")


def upload_name(sent: str) -> str:
    """The name of an uploaded file, without folders; empty where there is none. Raises Refusal."""
    name = plain(sent).replace("\\", "/").rsplit("/", 1)[-1]
    if len(name) > NAME_LENGTH:
        raise Refusal(Say("The name of the file is longer than %(length)s characters. Shorten it.", length=NAME_LENGTH))
    if not legible(name):
        raise Refusal(Say("The name of the file has hidden characters: “%(name)s”. Rename it.", name=shown(name)))
    return name


def check_names(names: list[str]) -> None:
    """Every name stays inside, shows what it is and stands once; raises Refusal."""
    seen: set[str] = set()
    for name in names:
        folded = caseless(name).rstrip("/")
        if folded in seen:
            raise Refusal(Say("“%(name)s” stands twice in the archive.", name=shown(name)))
        seen.add(folded)
        _check_name(name.removesuffix("\r") if name.endswith("Icon\r") else name)  # macOS gives this one itself


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").rstrip("/").split("/")
    if (
        not name
        or len(name) > NAME_LENGTH
        or "\\" in name
        or name.startswith("/")
        or ":" in name[:2]
        or ".." in parts
        or "" in parts
    ):
        raise Refusal(Say("The archive holds a file with a name that is not allowed: “%(name)s”.", name=shown(name)))
    if any(unicodedata.category(c) == "Cc" or c in BIDI for c in name):
        raise Refusal(Say("The archive holds a file whose name has hidden characters: “%(name)s”.", name=shown(name)))


def link(name: str) -> Refusal:
    """The answer to an entry that points elsewhere."""
    return Refusal(Say("“%(name)s” in the archive is a link, not a file.", name=shown(name)))


def two_names(name: str, other: str) -> Refusal:
    """The answer to an entry that is called one thing here and another thing there."""
    return Refusal(
        Say(
            "A file in the archive has two names: “%(name)s” and “%(other)s”. Make the archive anew.",
            name=shown(name), other=shown(other),
        )
    )  # fmt: skip


def shown(name: str) -> str:
    """A name as a sentence may show it."""
    return "".join(c if c.isprintable() and c not in BIDI else "?" for c in name)[:80]


def check_sizes(count: int, unpacked: int, packed: int) -> None:
    """Counts and sizes within the limits; raises Refusal."""
    if count > LIMITS.entries:
        raise Refusal(TOO_MANY)
    if unpacked > LIMITS.total:
        raise Refusal(TOO_LARGE)
    if unpacked > LIMITS.ratio_above and unpacked > LIMITS.ratio * max(packed, 1):
        raise Refusal(BOMB)
