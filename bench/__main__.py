"""`python -m bench [--large 1000000] [--small 1000] [--engine sqlite]`: how the house carries a large university."""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table

from bench.floor import floor
from bench.memory import Served, exported, uploaded
from bench.site import RUNS, Asked, asked, get, plans, signed_in, site
from bench.timing import Call, median, profile
from bench.university import University, university
from workflow.turkish import search_key

ENGINES = ("sqlite", "postgresql")
SIZE_AIM, FLOOR_AIM, EXPORT_AIM, IDLE_AIM, UPLOAD_AIM = 1.1, 6.0, 30, 150, 10
EXPORTED_ROWS = 100_000
out = Console(highlight=False, width=150)


@dataclass
class Measured:
    """Milliseconds of one page, and of the bare application where there is one; `rows` drawn, `size` in bytes."""

    name: str
    taken: float
    bare: float | None = None
    call: Call | None = None
    rows: int = 0
    size: int = 0


def measured(of: University) -> tuple[Flask, list[Measured]]:
    """Every page of the member and the decision, on one university."""
    app = site(of)
    row = asked(app)
    client = signed_in(app, row.member)
    return app, [*_pages(of, client, row), _approve(client, row)]


def _pages(of: University, client: FlaskClient, row: Asked) -> Iterator[Measured]:
    surname, number = search_key(row.surname), row.number
    lists: tuple[tuple[str, str, str, str], ...] = (
        ("queue, first page", "/applications/", "queue", ""),
        ("10,000 rows deep", f"/applications/?state=all&after={row.deep}", "deep", ""),
        ("search by surname", f"/applications/?state=all&q={surname}", "surname", surname),
        ("search by number", f"/applications/?state=all&q={number}", "number", number),
    )
    for name, path, kind, word in lists:
        call, bare = get(client, path), floor(of, kind, row, word)
        page = bytes(call())  # type: ignore[call-overload]
        rows = page.count(b"data-row")
        yield Measured(name, median(repeat(call, RUNS)), median(repeat(bare, RUNS)), call, rows, len(page))
    call = get(client, f"/applications/details/?id={row.file}&state=all")
    yield Measured("file page", median(repeat(call, RUNS)), None, call)


def _approve(client: FlaskClient, row: Asked) -> Measured:
    def decide(pk: int, version: int) -> Callable[[], object]:
        def call() -> object:
            answer = client.post(f"/applications/step/{pk}/approve", data={"version": version})
            assert answer.status_code == 302, answer.status_code
            return answer

        return call

    return Measured("approve", median((decide(pk, version) for pk, version in row.waiting[:RUNS]), warm=1))


def compare(engine: str, small: int, large: int) -> None:
    """Both sizes on one engine, side by side, with plan and profile of what misses its aim."""
    _app, little = measured(university(engine, small, anew=True))
    app, much = measured(university(engine, large))
    table = Table(title=f"{engine}: median of {RUNS} in milliseconds")
    ratios = f"ratio (≤ {SIZE_AIM})", "bare", f"ratio (≤ {FLOOR_AIM:.0f})"
    for heading in ("page", f"{small:,}", f"{large:,}", *ratios, "rows", "KiB"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    missed = []
    for few, many in zip(little, much, strict=True):
        size, over = many.taken / few.taken, many.taken / many.bare if many.bare else None
        marked = (
            f"{size:.2f}" + ("" if size <= SIZE_AIM else " *"),
            f"{over:.1f}" + ("" if over <= FLOOR_AIM else " *") if over else "–",
        )
        table.add_row(
            many.name,
            f"{few.taken:.1f}",
            f"{many.taken:.1f}",
            marked[0],
            f"{many.bare:.2f}" if many.bare else "–",
            marked[1],
            f"{few.rows} → {many.rows}" if many.size else "–",
            f"{few.size / 1024:.0f} → {many.size / 1024:.0f}" if many.size else "–",
        )
        if many.call and "*" in "".join(marked):
            missed.append(many)
    out.print(table)
    for many in missed:
        out.print(
            f"[bold]* {many.name}: plan[/bold]\n{plans(app, many.call)}\n[bold]profile[/bold]\n{profile(many.call)}",
            markup=True,
        )  # type: ignore[arg-type]


def served(engine: str, large: int) -> None:
    """What the running site takes."""
    of = university(engine, large)
    site_ = Served(of)
    try:
        idle = site_.memory()
        table = Table("figure", "seen", "aim", title=f"{engine}: one worker over {large:,} applications")
        table.add_row("start to first page", f"{site_.first_page:.1f} s", "")
        table.add_row("idle worker", f"{idle:.0f} MiB", f"≤ {IDLE_AIM}")
        for kind in ("csv", "xlsx") if large <= EXPORTED_ROWS else ("csv",):
            first, whole, rose, lines = exported(site_, kind, EXPORTED_ROWS)
            table.add_row(f"export {kind}, first byte", f"{first:.0f} ms", "")
            table.add_row(f"export {kind}, {lines:,} lines", f"{whole:.1f} s", "")
            table.add_row(f"export {kind}, memory growth", f"{rose:.0f} MiB", f"≤ {EXPORT_AIM}")
        table.add_row("archive of 20 MiB received, memory growth", f"{uploaded(site_):.0f} MiB", f"≤ {UPLOAD_AIM}")
        out.print(table)
    finally:
        site_.close()


def main() -> None:
    """Measure and print; the exit code says nothing about speed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    given = parser.parse_args()
    for engine in given.engine or ENGINES:
        compare(engine, given.small, given.large)
        served(engine, given.large)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
