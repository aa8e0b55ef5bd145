"""Every command that the README and the guides print runs as it is printed, in the folder of a fresh clone."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import ScriptInfo

from services.settings import ROOT

PRINTED_IN = (
    ROOT / "README.md",
    ROOT / "seed" / "data" / "README.md",
    *sorted((ROOT / "docs" / "kilavuz").glob("*.md")),
)
BIN = ".venv/bin/flask"
NEVER_ENDS, LONG, ELSEWHERE = "worker", "many", "refresh"  # asked for their options only
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def printed() -> dict[str, list[str]]:
    """{command: the pages that print it}, of blocks and within sentences, remarks left out."""
    found: dict[str, list[str]] = {}
    for page in PRINTED_IN:
        text = page.read_text()
        lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
        lines += _INLINE.findall(_BLOCK.sub("", text))
        for line in lines:
            if re.match(r"(?:[A-Z_]+=\S+ )*(?:\S*flask|make) ", line):
                found.setdefault(" ".join(shlex.split(line, comments=True)), []).append(page.name)
    return found


COMMANDS = [command for command in printed() if "flask" in command]
MADE = [command for command in printed() if re.search(r"(?:^|\s)make ", command)]


def test_the_command_line_is_where_make_puts_it() -> None:
    assert "VENV ?= .venv\n" in (ROOT / "Makefile").read_text()
    assert [command for command in COMMANDS if not command.startswith(f"{BIN} ")] == []
    assert {"seed check", "seed apply", "students import", "audit verify"} <= {
        " ".join(c.split()[1:3]) for c in COMMANDS
    }


@pytest.mark.parametrize("command", MADE)
def test_a_target_of_make_that_is_printed_is_one(command: str) -> None:
    target = command.split("make ")[1].split(maxsplit=1)[0]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_printed_command_runs(app: Flask, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    args = shlex.split(command)[1:]
    if {NEVER_ENDS, LONG, ELSEWHERE} & set(args):
        group: click.Command = app.cli
        context = click.Context(group, obj=ScriptInfo(create_app=lambda: app))
        while isinstance(group, click.Group):
            found = group.get_command(context, args.pop(0))
            assert found is not None
            group = found
        group.make_context(command, args)  # takes these options
        return
    if args[:2] == ["students", "import"]:
        app.test_cli_runner().invoke(args=["seed", "apply", "seed/data"])
    answer = app.test_cli_runner().invoke(args=args)
    assert (answer.exit_code, answer.exception) == (0, None), answer.output[-2000:]


def test_a_bare_command_finds_the_application_by_itself(tmp_path: Path) -> None:
    """No FLASK_APP is set in a fresh clone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
    flask = Path(sys.executable).with_name("flask")
    told = {**kept, "DATABASE_URL": f"sqlite:///{tmp_path}/staj.sqlite", "STORAGE_URL": f"file://{tmp_path}/files"}
    answer = subprocess.run(
        [flask, "seed", "check", "--help"], cwd=ROOT, env=told, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, "Show what the files in PATH would change" in answer.stdout) == (0, True), answer.stderr
