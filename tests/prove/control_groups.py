"""Control groups of a machine's own. Two machines in one would share the groups of their services: by name, the one's
`systemctl kill` would end the other's processes too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# systemd keeps its groups in the second kind, or in a named tree of the first.
SYSTEMD = ("", "name=systemd")


@contextmanager
def groups(name: str) -> Iterator[list[Path]]:
    """Below this process's, in each tree that systemd uses; gone at the end, when nothing runs there any more."""
    made = [place / name for place in _ours()]
    try:
        for one in made:
            one.mkdir()
        yield made
    finally:
        for one in made:
            for folder, _folders, _files in os.walk(one, topdown=False):
                Path(folder).rmdir()


def _ours() -> Iterator[Path]:
    trees = dict(_trees())
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _number, kind, path = line.split(":", 2)
        if kind in SYSTEMD and kind in trees:
            yield trees[kind] / path.lstrip("/")


def _trees() -> Iterator[tuple[str, Path]]:
    """Where each is mounted: proc_pid_mountinfo(5)."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _dash, after = line.partition(" - ")
        place, (system, _source, options) = Path(before.split()[4]), after.split(" ", 2)
        if system == "cgroup2":
            yield "", place
        elif system == "cgroup" and SYSTEMD[1] in options.split(","):
            yield SYSTEMD[1], place
