"""Taking turns at looking into archives: each look may use 400 MB, so a worker takes a few at once and no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from services.unavailable import Unavailable
from workflow.say import Say

WAIT = 5.0  # seconds somebody waits for a turn


class Busy(Unavailable):
    """No turn came in time."""

    say = Say("Many files are being checked just now. Nothing was lost; wait half a minute and send the file again.")
    after = 20


class Turns:
    """As many at once as a deployment decides."""

    def __init__(self, at_once: int, wait: float = WAIT) -> None:
        self._free, self._wait = BoundedSemaphore(at_once), wait

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and give it back; raises Busy."""
        if not self._free.acquire(timeout=self._wait):
            raise Busy
        try:
            yield
        finally:
            self._free.release()
