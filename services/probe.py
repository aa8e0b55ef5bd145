"""Asking something outside whether it works, by one thread at a time, and waiting for the answer no longer than a deadline."""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic

_log = logging.getLogger("staj.health")
DEADLINE = 3.0  # seconds
SILENT = "TimeoutError"


class Probe:
    """`work` raises what is wrong. However many ask, one thread works; whoever asks meanwhile waits for its answer."""

    def __init__(self, work: Callable[[], object], deadline: float = DEADLINE) -> None:
        self._work, self._deadline, self._lock = work, deadline, Lock()
        self._answer: tuple[float, str | None] | None = None  # when it came, and the kind of fault
        self._asked: tuple[float, Event] | None = None  # when the thread that works began, and its end

    def trouble(self, *, younger_than: float) -> str | None:
        """The name of the fault, or None; an answer of the last `younger_than` seconds will do.

        Only the kind of fault is told: its text may hold an address with a password.
        """
        with self._lock:
            if self._answer and monotonic() - self._answer[0] < younger_than:
                return self._answer[1]
            if self._asked is None:
                self._asked = (monotonic(), Event())
                Thread(target=self._ask, args=self._asked[1:], daemon=True).start()
            began, end = self._asked
        if end.wait(max(0.0, began + self._deadline - monotonic())) and self._answer:
            return self._answer[1]
        return SILENT

    def _ask(self, end: Event) -> None:
        fault = None
        try:
            self._work()
        except Exception as raised:  # noqa: BLE001 -- each library has its own
            _log.warning("A part of the system does not work.", exc_info=True)
            fault = type(raised.__cause__ or raised).__name__
        with self._lock:
            self._answer, self._asked = (monotonic(), fault), None
        end.set()
