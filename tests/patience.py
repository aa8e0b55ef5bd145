"""How long a test waits for something that must come: long enough for the busiest machine, never a measure."""

import time
from collections.abc import Callable

PATIENCE = 180  # seconds


def until(so: Callable[[], object]) -> None:
    """Wait until a function answers something true; fail when it never does."""
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
