"""The files an IT officer keeps: a folder, a single file or a zip of CSV, XLSX and YAML, read with line numbers."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from services.tables import OTHER_SHEETS, TABULAR, Line, Unreadable, read_table
from workflow.plain import plain
from workflow.say import Say
from workflow.turkish import ascii_lowered

YAML = frozenset({".yaml", ".yml"})
MAX_YAML = 1024 * 1024  # bytes
MAX_NODES = 200_000  # of a YAML file, aliases followed
Bundle = Mapping[str, bytes]


def bundle(path: Path) -> Bundle:
    """{relative path: bytes} of a folder (without hidden files) or of one file."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in found}


def lines(files: Bundle, stem: str) -> Iterator[Line]:
    """The rows of the file with this name, whatever its kind; raises Unreadable."""
    for name in sorted(files):
        path = PurePosixPath(name)
        if path.stem == stem and len(path.parts) == 1:
            if ascii_lowered(path.suffix) in YAML:
                yield from _read_yaml(name, files[name])
            elif ascii_lowered(path.suffix) in TABULAR | OTHER_SHEETS:
                yield from read_table(name, files[name])


def _read_yaml(file: str, data: bytes) -> Iterator[Line]:
    """Each entry of the list in a YAML file, on the line where it starts."""
    if len(data) > MAX_YAML:
        raise Unreadable(file, Say("A YAML file has at most 1 MB."))
    line = 1
    try:
        loader = yaml.SafeLoader(data)  # not the faster C one: deep nesting ends the process there
        root = loader.get_single_node()
        _bounded(file, root)
        for node in _entries(file, root):
            line = node.start_mark.line + 1
            yield Line(file, line, _values(file, line, loader.construct_document(node)))
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        raise Unreadable(file, Say("This is not well-formed YAML."), mark.line + 1 if mark else line) from None


def _values(file: str, line: int, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not all(isinstance(k, str) for k in entry):
        raise Unreadable(file, Say("Each entry is a list of “name: value” lines."), line)
    return {k: _clean(v) for k, v in entry.items() if v is not None and v != ""}


def _entries(file: str, root: yaml.Node | None) -> list[yaml.Node]:
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise Unreadable(file, Say("The file is a list: each entry begins with “- ”."), 1)
    return list(root.value)


def _bounded(file: str, root: yaml.Node | None) -> None:
    """Aliases may make a small file huge, or endless: count what it would become before it does."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = MAX_NODES + 1  # an alias to its own parent
            inner = (
                [n for pair in node.value for n in (pair if isinstance(pair, tuple) else (pair,))]
                if isinstance(node.value, list)
                else []
            )
            sizes[id(node)] = 1 + sum(size(n) for n in inner)
        return sizes[id(node)]

    if root is not None and size(root) > MAX_NODES:
        raise Unreadable(file, Say("This file is too large once its references are followed."), 1)


def _clean(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value
