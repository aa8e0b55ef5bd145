"""A store over the network that does not answer holds few requests, for some seconds, and then none for a while."""

from contextlib import AbstractContextManager
from threading import BoundedSemaphore
from time import monotonic
from types import TracebackType
from typing import Self

from services.unavailable import Unavailable
from workflow.say import Say

AT_ONCE = 2  # requests of one process that may ask the store at the same time: the others go on with pages
WAIT = 3.0  # seconds somebody waits for a turn
REST = 15.0  # seconds for which a store that did not answer is left alone


class StoreAway(Unavailable):
    """The store of files does not answer, or takes nothing."""

    say = Say("Files cannot be reached just now. Nothing was lost; try again in a minute.")


class StoreGate(AbstractContextManager["StoreGate", None]):
    """Entered around each request to the store; raises StoreAway instead of the fault of its client."""

    def __init__(self, at_once: int = AT_ONCE, wait: float = WAIT, rest: float = REST) -> None:
        self._free, self._wait, self._rest, self._closed_until = BoundedSemaphore(at_once), wait, rest, 0.0

    def __enter__(self) -> Self:
        if monotonic() < self._closed_until or not self._free.acquire(timeout=self._wait):
            raise StoreAway
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.release()
        if isinstance(fault, Exception) and not isinstance(fault, FileNotFoundError):
            self._closed_until = monotonic() + self._rest
            raise StoreAway from fault
