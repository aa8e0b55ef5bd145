"""Looking into an uploaded archive without trusting it: structure first, in a child process with limits.

`inspect_in_child(path, filename)` answers a Listing or raises Refusal with one sentence for the person.
Nothing is ever unpacked to disk.
"""

import json
import subprocess
import sys
from pathlib import Path

from services.archives.contents import sniff
from services.archives.rules import LIMITS, Entry, Listing, Refusal
from services.archives.turns import Busy, Turns
from workflow.say import Say

__all__ = ["LIMITS", "Busy", "Entry", "Listing", "Refusal", "Turns", "inspect_in_child", "sniff_document"]

ROOT = Path(__file__).resolve().parent.parent.parent
UNREADABLE = Say("The archive cannot be read. Make it anew as .zip and try again.")
SLOW = Say("The archive takes too long to read. Make it anew as .zip with fewer or smaller files.")


def inspect_in_child(path: Path, filename: str) -> Listing:
    """What is in an archive; raises Refusal. The child may use 400 MB, 8 s of CPU and 10 s in all."""
    command = [sys.executable, "-m", "services.archives", str(path), filename]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LIMITS.wall, check=False)  # noqa: S603 -- our own module
    except subprocess.TimeoutExpired:
        raise Refusal(SLOW) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise Refusal(UNREADABLE) from None
    if "refused" in answer:
        raise Refusal(Say(answer["refused"], **answer["facts"]))
    return Listing(answer["kind"], tuple(Entry(*e) for e in answer["entries"]))


def sniff_document(path: Path, filename: str) -> str:
    """The content type of a document staff publish; raises Refusal when ending and content disagree."""
    with path.open("rb") as file:
        return sniff(filename, file.read())
