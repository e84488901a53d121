"""CPU seconds of process trees, from /proc: the steadiest figure on a machine that others use too."""

from __future__ import annotations

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def parents() -> dict[int, int]:
    """Every process and its parent."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found[int(entry.name)] = int(fields[1])
    return found


def tree(root: int) -> list[int]:
    """A process and all its descendants."""
    family, known = [root], parents()
    for member in family:
        family += [pid for pid, parent in known.items() if parent == member]
    return family


def seconds(pids: list[int]) -> float:
    """CPU time they have used so far, in user and kernel mode."""
    return sum((int(f[11]) + int(f[12])) / TICK for pid in pids if (f := _stat(pid)))


def parent_of(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the name, which may hold spaces."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
