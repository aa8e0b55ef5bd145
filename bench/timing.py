"""How long a call takes: the median of many, after a few that do not count."""

import cProfile
import io
import pstats
import statistics
import time
from collections.abc import Callable, Iterable

Call = Callable[[], object]


def median(calls: Iterable[Call], *, warm: int = 3) -> float:
    """Milliseconds of the middle one; the first `warm` of the calls only warm up."""
    taken = []
    for n, call in enumerate(calls):
        start = time.perf_counter()
        call()
        if n >= warm:
            taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def profile(call: Call, lines: int = 12) -> str:
    """Where one call spends its time."""
    profiler = cProfile.Profile()
    profiler.runcall(call)
    out = io.StringIO()
    pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(lines)
    return "\n".join(line for line in out.getvalue().splitlines() if line.strip())[-2500:]
