"""Root file systems to work in without a container engine: layers by overlayfs, processes by chroot in namespaces of
their own. Needs root and Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


class Unprovable(Exception):
    """This machine lacks what the proof needs."""


@dataclass
class Room:
    """`root` is the whole file system as its processes see it, `upper` what was written in this room."""

    folder: Path
    lower: tuple[Path, ...]  # what it stands on, the nearest first
    _mounts: list[Path] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def upper(self) -> Path:
        return self.folder / "upper"

    @property
    def layers(self) -> tuple[Path, ...]:
        return (self.upper, *self.lower)

    def open(self) -> None:
        for name in ("root", "upper", "work"):
            (self.folder / name).mkdir(parents=True)
        lower = ":".join(map(str, self.lower))
        options = f"lowerdir={lower},upperdir={self.upper},workdir={self.folder}/work"
        self.mount("-t", "overlay", "overlay", "-o", options, place=self.root)
        self.furnish(self.root)

    def furnish(self, root: Path) -> None:
        """Devices and shared memory, as an engine gives them; /proc comes with each process's own namespace."""
        self.mount("-t", "tmpfs", "-o", "mode=755", "dev", place=root / "dev")
        for name in DEVICES:
            (root / "dev" / name).touch()
            self.mount("--bind", f"/dev/{name}", place=root / "dev" / name)
        for name, at in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            (root / "dev" / name).symlink_to(f"/proc/self/fd{at}")
        (root / "dev" / "shm").mkdir()
        self.mount("-t", "tmpfs", "-o", "mode=1777,size=64m", "shm", place=root / "dev" / "shm")

    def mount(self, *options: str, place: Path) -> None:
        subprocess.run(["mount", *options, str(place)], check=True)
        self._mounts.append(place)

    def close(self) -> None:
        while self._mounts:
            place = self._mounts.pop()
            if subprocess.run(["umount", place], capture_output=True, check=False).returncode:
                subprocess.run(["umount", "--lazy", place], check=False)


@contextmanager
def room(folder: Path, *lower: Path) -> Iterator[Room]:
    opened = Room(folder, lower)
    try:
        opened.open()
        yield opened
    finally:
        opened.close()


def inside(
    root: Path,
    command: Sequence[str],
    *,
    user: str = "0:0",
    folder: str = "/",
    init: str = "",
    tmpfs: Mapping[str, str] | None = None,
) -> list[str]:
    """The command in `root`, alone in its process namespace; under `init` where one is given. `tmpfs` are places of its
    own, each with the options of its mount."""
    own = [
        f"mount -t tmpfs -o {options} tmpfs {root}{place} && "
        for place, options in (tmpfs or {}).items()
    ]
    enter = f'{"".join(own)}mount -t proc proc {root}/proc && exec /usr/sbin/chroot --userspec={user} {root} "$@"'
    go = 'cd "$0" && exec "$@"'
    words = [*([init, "--"] if init else []), *command]
    spaces = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--propagation=private"]
    return [*spaces, "sh", "-c", enter, "sh", "/bin/sh", "-c", go, folder, *words]


def beside(process: subprocess.Popen[bytes], root: Path, command: Sequence[str]) -> list[str]:
    """Another command in the namespaces of a running one, as `docker exec` does, as the same user."""
    first = first_inside(process)
    status = Path(f"/proc/{first}/status").read_text(encoding="utf-8")
    user = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    enter = ["nsenter", f"--target={first}", "--pid", "--mount"]
    return [*enter, "/usr/sbin/chroot", f"--userspec={user}:{user}", str(root), *command]


def first_inside(process: subprocess.Popen[bytes]) -> int:
    """The number, outside, of the process that is 1 inside."""
    until = time.monotonic() + 10
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (found := children.read_text(encoding="utf-8").split()):
        if time.monotonic() > until:
            raise Unprovable("the process ended before it began")
        time.sleep(0.02)
    return int(found[0])


def descendants(number: int) -> list[int]:
    children = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="utf-8").split()
    return [one for child in map(int, children) for one in (child, *descendants(child))]


def size(folder: Path) -> float:
    """MB on the disk."""
    done = subprocess.run(["du", "-sxk", folder], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0]) / 1024


def handed_on() -> Mapping[str, str]:
    """This machine's own way to packages: proxies, and pip's settings. None of it is part of the image."""
    prefixes = ("PIP_",)
    names = {"http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE"}
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(prefixes) or name.lower() in names or name in names
    }


def needed(*programs: str) -> None:
    """Raises Unprovable with what this machine lacks."""
    if os.geteuid() != 0:
        raise Unprovable("root is needed, for chroot and mount")
    missing = [one for one in programs if not shutil.which(one)]
    if missing:
        raise Unprovable(f"not installed: {', '.join(missing)}")
