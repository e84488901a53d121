"""Becomes the given command, tied to the life of the process that started it.

    python lifeline.py PARENT SIGNAL USER GROUP command …

On Linux the kernel then sends SIGNAL when the parent is gone, even by `kill -9`. USER and GROUP,
when not "-", are taken on first: the tie would not survive the change. Runs alone, without the
rest of the package.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal: int, user: str, group: str, command: list[str]) -> None:
    if user != "-":
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the tie was made
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  (a shell is what we avoid)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:])
