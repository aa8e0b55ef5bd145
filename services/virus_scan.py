"""Asking a virus scanner about an upload before it is kept: ClamAV's clamd, at the address CLAMD_URL names; off without one.

The protocol is clamd's own (`man clamd`, INSTREAM): each piece with its length before it, then a length of 0. clamd
looks into archives itself. Where a scanner was chosen and does not answer, nothing is taken in.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from services.archives.contents import INFECTED
from services.archives.rules import Refusal, shown
from services.unavailable import Unavailable
from workflow.say import Say

TIMEOUT = 20.0  # seconds for each word of the conversation
PIECE = 64 * 1024
PORT = 3310
_LENGTH = struct.Struct("!L")


class ScannerAway(Unavailable):
    say = Say("Files cannot be checked for viruses just now. Nothing was lost; try again in a minute.")


class Scanner:
    """`tcp://host:3310`, `unix:///run/clamav/clamd.ctl`, or an empty address: then everything passes."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if url and parts.scheme not in {"tcp", "unix"}:
            raise ValueError("CLAMD_URL is tcp://host:3310 or unix:///path/of/clamd's/socket")
        self.url, self._parts = url, parts

    def check(self, path: Path, name: str) -> None:
        """Raise Refusal for a file that carries a virus, ScannerAway when no answer comes."""
        if not self.url:
            return
        answer = self._asked(path)
        if answer.endswith(" FOUND"):
            raise Refusal(Say(INFECTED.msgid, name=shown(name)))
        if not answer.endswith(" OK"):
            raise ScannerAway

    def ping(self) -> None:
        """Raise OSError when nobody answers."""
        with self._connected() as clamd:
            clamd.sendall(b"zPING\0")
            if self._answer(clamd) != "PONG":
                raise ConnectionError

    def _asked(self, path: Path) -> str:
        try:
            with self._connected() as clamd, path.open("rb") as file:
                clamd.sendall(b"zINSTREAM\0")
                while piece := file.read(PIECE):
                    clamd.sendall(_LENGTH.pack(len(piece)) + piece)
                clamd.sendall(_LENGTH.pack(0))
                return self._answer(clamd)
        except OSError as fault:
            raise ScannerAway from fault

    def _answer(self, clamd: socket.socket) -> str:
        said = b""
        while not said.endswith(b"\0") and (piece := clamd.recv(1024)):
            said += piece
        return said.rstrip(b"\0").decode(errors="replace")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        unix = self._parts.scheme == "unix"
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as clamd:
            clamd.settimeout(TIMEOUT)
            clamd.connect(self._parts.path if unix else (self._parts.hostname, self._parts.port or PORT))
            yield clamd
