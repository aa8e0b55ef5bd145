"""The commands an IT officer types about what is already there: history, files, documents, the worker."""

import sys
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from rich.console import Console

from services import audit, job_runs, jobs
from services.documents import sweep_files
from services.insurance_commands import insurance_group
from services.letter_commands import letters_group
from services.letter_texts import TEXTS
from services.scope import system_session
from services.settings import ROOT
from workflow import diagram

WORKFLOW_PAGE = ROOT / "docs" / "workflow.md"


def install(app: Flask) -> None:
    """Register `flask worker`, `audit`, `files`, `insurance`, `letters` and `docs`."""
    for command in (worker, audit_group, files_group, insurance_group, letters_group, docs_group):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def worker() -> None:
    """Post letters as they are written, until told to stop."""
    jobs.run(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 -- kept beyond this call


audit_group = AppGroup("audit", help="The history of every file.")


@audit_group.command("verify")
def verify() -> None:
    """Check every chain; exit code 1 and the list of breaks when history was tampered with."""
    out, read = Console(stderr=True), 0
    breaks: list[audit.Break] = []
    with suppress(jobs.Untrue), job_runs.recorded(jobs.VERIFY) as kept, system_session(reads=True) as session:
        with out.status("Reading the history") as status:
            for found in audit.verify(session):
                if isinstance(found, audit.Break):
                    breaks.append(found)
                    click.echo(str(found))
                else:
                    read = kept.counted = found
                    status.update(f"{read:,} steps read, {len(breaks):,} breaks")
        if breaks:
            raise jobs.Untrue(breaks)
    click.echo(f"{read:,} steps read: " + (f"{len(breaks):,} breaks." if breaks else "every chain holds."))
    sys.exit(1 if breaks else 0)


files_group = AppGroup("files", help="Uploaded files.")


@files_group.command("sweep")
def sweep() -> None:
    """Remove stored files that no row names, once a day old (what a crash left behind)."""
    click.echo(f"{sweep_files():,} files removed.")


docs_group = AppGroup("docs", help="Pages generated from the law.")


@docs_group.command("write")
def write() -> None:
    """Write docs/workflow.md from the tables."""
    WORKFLOW_PAGE.write_text(workflow_page(), encoding="utf-8")
    click.echo(f"Written: {WORKFLOW_PAGE.relative_to(ROOT)}")


@docs_group.command("check")
def check() -> None:
    """Exit code 1 when docs/workflow.md is not, byte for byte, what the tables say."""
    if _kept(WORKFLOW_PAGE) != workflow_page():
        click.echo("docs/workflow.md does not say what the tables say; run: make docs", err=True)
        sys.exit(1)


def _kept(page: Path) -> str:
    return page.read_text(encoding="utf-8") if page.exists() else ""


def workflow_page() -> str:
    """docs/workflow.md as the tables have it now."""
    return diagram.document({place: subject for place, (subject, _sentence) in TEXTS.items()})
