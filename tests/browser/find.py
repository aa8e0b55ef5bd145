"""Find a Chromium, or install one: `python -m tests.browser.find`."""

import os
import shutil
import subprocess
import sys

# without windows of its own first: the same engine, a tenth faster
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of a browser on this machine, or None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only when no browser is installed

    with sync_playwright() as p:
        path = p.chromium.executable_path
    return path if os.path.exists(path) else None  # noqa: PTH110


def install() -> None:
    """Debian's package for root, Playwright's own build for anybody else."""
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if apt and (not sudo or shutil.which("sudo")):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*sudo, apt, "update", "-qq"], env=env, check=False)
        for package in NAMES[:2]:
            if not chromium():
                subprocess.run([*sudo, apt, "install", "-y", "-qq", package, "fonts-dejavu-core"], env=env, check=False)
    if not chromium():
        subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], check=False)


if __name__ == "__main__":
    if not chromium():
        install()
    found = chromium()
    if not found:
        sys.exit("The browser tests need Chromium: install it, or set CHROMIUM to its path.")
    print(f"browser: {found}")
