"""Commands that own the terminal while they run: pytest, manage.py, a checker."""

from __future__ import annotations

import subprocess
from signal import SIGTERM
from typing import TYPE_CHECKING

from devtools import places, signals
from devtools.process import tie_to_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType


def run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Its exit code. Ctrl-C is the command's own affair; SIGTERM is handed on to it."""
    child = subprocess.Popen([*tie_to_us(SIGTERM), *command], env=dict(env), cwd=places.ROOT)

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if number == SIGTERM:
            child.terminate()

    signals.on_stop(hand_on)
    try:
        code = child.wait()
        return code if code >= 0 else 128 - code  # ended by a signal: as a shell says it
    finally:
        signals.unwind_on_stop()


def python(*arguments: str, env: Mapping[str, str]) -> int:
    """Python of the virtual environment. Tools go by `-m name`: a script's first line cannot name
    an interpreter in a folder with spaces."""
    return run([str(places.PYTHON), *arguments], env)


def output(*command: str, env: Mapping[str, str]) -> str:
    """What a quick command prints, or the end of its complaint."""
    done = subprocess.run(
        command, env=env, cwd=places.ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]
