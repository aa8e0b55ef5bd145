"""The files an IT officer keeps: a folder, a single file or a zip of CSV, XLSX and YAML, read with line numbers."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from services.tables import TABULAR, Line, Unreadable, read_table
from workflow.say import Say

YAML = frozenset({".yaml", ".yml"})
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
            suffix = path.suffix.lower()
            if suffix in TABULAR:
                yield from read_table(name, files[name])
            elif suffix in YAML:
                yield from _read_yaml(name, files[name])


def _read_yaml(file: str, data: bytes) -> Iterator[Line]:
    """Each entry of the list in a YAML file, on the line where it starts."""
    loader = yaml.SafeLoader(data)
    try:
        root = loader.get_single_node()
        _bounded(file, root)
        for node in _entries(file, root):
            values = loader.construct_document(node)
            line = node.start_mark.line + 1
            if not isinstance(values, dict) or not all(isinstance(k, str) for k in values):
                raise Unreadable(file, Say("Each entry is a list of “name: value” lines."), line)
            yield Line(file, line, {k: _clean(v) for k, v in values.items() if v not in (None, "")})
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError, ValueError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        raise Unreadable(file, Say("This is not well-formed YAML."), mark.line + 1 if mark else 0) from None
    finally:
        loader.dispose()


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
    return value.replace("\x00", "").strip() if isinstance(value, str) else value
