"""Bare systems as archives, each made once by debootstrap: those that an installation is proved on."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from devtools import places

DEBIAN = ("bookworm", "trixie")
UBUNTU = ("noble",)
RELEASES = (*DEBIAN, *UBUNTU)
UBUNTU_MIRROR = "http://archive.ubuntu.com/ubuntu"
# Where programs such as certbot and redis are.
UBUNTU_COMPONENTS = "--components=main,universe"
UBUNTU_KEYS = "/usr/share/keyrings/ubuntu-archive-keyring.gpg"


def archive(release: str, *packages: str) -> Path:
    """The bare system with these packages, made once."""
    file = places.STATE / "machines" / f"{'-'.join((release, *packages))}.tar"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        root = file.with_suffix(".new")
        shutil.rmtree(root, ignore_errors=True)
        if release in UBUNTU:
            _ubuntu(root, release, packages)
        else:
            _run(*_bare(packages), release, str(root), mirror())
        made = file.with_suffix(".part")
        with tarfile.open(made, "w") as packed:
            packed.add(root, arcname=".")
        made.rename(file)
        shutil.rmtree(root)
    return file


def _ubuntu(root: Path, release: str, packages: tuple[str, ...]) -> None:
    """From the newest Debian, whose packages bring Ubuntu's keys."""
    debian = root.with_suffix(".by")
    shutil.rmtree(debian, ignore_errors=True)
    debian.mkdir()
    kept = archive(DEBIAN[-1], "ca-certificates", "debootstrap", "ubuntu-keyring")
    _run("tar", "-xpf", str(kept), "-C", str(debian))
    shutil.copy("/etc/resolv.conf", debian / "etc/resolv.conf")
    spaces = ("unshare", "--mount", "--pid", "--fork", f"--mount-proc={debian}/proc")
    made = (*_bare(packages), UBUNTU_COMPONENTS, f"--keyring={UBUNTU_KEYS}", release)
    _run(*spaces, "chroot", str(debian), *made, "/srv/bare", UBUNTU_MIRROR)
    (debian / "srv/bare").rename(root)
    shutil.rmtree(debian)


def _bare(packages: tuple[str, ...]) -> tuple[str, ...]:
    return ("debootstrap", "--variant=minbase", f"--include={','.join(packages)}")


def _run(*words: str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def mirror() -> str:
    """Where this machine takes Debian's main archive from."""
    for file in [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]:
        text = file.read_text() if file.is_file() else ""
        found = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?) +(\S+/debian/?)\s", text, re.MULTILINE)
        if found:
            return found[1]
    return "http://deb.debian.org/debian"
