"""Where things stand. Everything `dev` makes is in `.venv` and `.local`, both ignored by git."""

from __future__ import annotations

import fcntl
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCK = REQUIREMENTS / "lock.txt"
STATE = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PYTHON_NAME = f"python{sys.version_info.major}.{sys.version_info.minor}"
PACKAGES = VENV / "lib" / PYTHON_NAME / "site-packages"


class Busy(Exception):
    """Another process holds the lock."""


@contextmanager
def locked(file: Path, *, wait: bool) -> Iterator[TextIO]:
    """Hold `file` for this process alone. The kernel lets go of it however the process ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Busy(file) from None
        yield held
