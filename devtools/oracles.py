"""The providers' own libraries, in an environment apart from the product's, for tests/oracles.

Made when it is first asked for, from requirements/oracles.txt, whose hash is part of its name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from devtools import environment, places

PINS = places.REQUIREMENTS / "oracles.txt"


class Unavailable(Exception):
    """The libraries cannot be installed here; the message is the installer's own."""


def python() -> Path:
    """The environment's Python, ready to import every library. Raises Unavailable."""
    home = places.STATE / f"oracles-{digest()[:12]}"
    ready = home / "bin" / "python"
    if ready.exists():
        return ready
    with places.locked(places.STATE / "oracles.lock", wait=True):
        if not ready.exists():  # by the process that was waited for
            _make(home)
    return ready


def digest() -> str:
    """What the environment is made from."""
    return hashlib.sha256(PINS.read_bytes() + sys.version.encode()).hexdigest()


def _make(home: Path) -> None:
    """Beside its place first: a half-made environment must not look like a whole one."""
    for left in places.STATE.glob("oracles-*"):
        shutil.rmtree(left)
    draft = home.with_name(f"{home.name}.draft")
    uv = (sys.executable, "-m", "uv", "--quiet")
    _run(*uv, "venv", "--relocatable", "--python", sys.executable, str(draft))
    target = ("--python", str(draft / "bin" / "python"))
    _run(*uv, "pip", "install", *target, "--require-hashes", "-r", str(PINS))
    draft.rename(home)


def _run(*command: str) -> None:
    env = environment.uv_settings(dict(os.environ))
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(done.stderr.strip()[-1000:])
