"""What `dev` says. Colour only where a person looks: on a terminal, and not with NO_COLOR."""

from __future__ import annotations

import os
import sys
import threading
import time

STARTED = time.monotonic()
COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92")
BOLD, RED, GREEN = "1", "31", "32"

_writing = threading.Lock()
_coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ


class Stopped(SystemExit):
    """Ends `dev` with a message and exit code 1."""


def paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if _coloured else text


def write(line: str) -> None:
    """One whole line at a time: several threads print the processes' output."""
    with _writing:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def say(message: str) -> None:
    write(paint(f"dev {time.monotonic() - STARTED:5.1f}s", BOLD) + f" | {message}")


def complain(message: str) -> None:
    say(paint(message, RED))
