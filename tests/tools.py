"""The programs of other people that tests hold ours against: `python -m tests.tools` installs those a machine lacks."""

import os
import shutil
import subprocess
import sys

# a program -> Debian's package of it
PACKAGES = {
    "bsdtar": "libarchive-tools",
    "zip": "zip",
    "unzip": "unzip",
    "7z": "p7zip-full",
    "ziptool": "ziptool",
    "clamd": "clamav-daemon",
}
PERL = "libarchive-zip-perl"
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))


def found(program: str) -> str | None:
    """The path of a program, or None."""
    return shutil.which(program, path=PLACES)


def missing() -> list[str]:
    """The packages this machine lacks."""
    lacking = [package for program, package in PACKAGES.items() if not found(program)]
    perl = (
        subprocess.run(["perl", "-MArchive::Zip", "-e1"], capture_output=True, check=False).returncode
        if found("perl")
        else 1
    )
    return [*lacking, PERL] if perl else lacking


def install() -> None:
    """Debian's packages, one by one: what cannot be had leaves its tests out, and they say so."""
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    packages = missing()
    if packages and apt and (not sudo or shutil.which("sudo")):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*sudo, apt, "update", "-qq"], env=env, check=False)
        command = [*sudo, apt, "install", "-y", "-qq", "--no-install-recommends"]
        if subprocess.run([*command, *packages], env=env, check=False).returncode:
            for package in packages:
                subprocess.run([*command, package], env=env, check=False)


if __name__ == "__main__":
    install()
    if packages := missing():
        sys.stderr.write(f"Tests that need {', '.join(packages)} are left out.\n")
