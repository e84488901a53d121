from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devtools.process import Child

PARENT = """
import subprocess, time
from devtools.process import tie_to_us
child = subprocess.Popen([*tie_to_us(15), "sleep", "60"])
print(child.pid, flush=True)
time.sleep(60)
"""
WITH_A_GRANDCHILD = "sleep 60 & echo $! > {file}; wait"


def is_gone(pid: int) -> bool:
    """Ended, or ended and waiting for init to take note."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] == "Z"
    except FileNotFoundError:
        return True


def comes_true(condition: Callable[..., object], *arguments: object) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition(*arguments):
            return True
        time.sleep(0.02)
    return False


def child(tmp_path: Path, command: str) -> Child:
    return Child("sh", ["sh", "-c", command], os.environ, log=tmp_path / "log", grace=0.5)


def test_a_child_does_not_outlive_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())

        parent.kill()

    assert comes_true(is_gone, pid)


def test_stopping_a_child_ends_what_it_started_too(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    parent = child(tmp_path, WITH_A_GRANDCHILD.format(file=file))
    parent.start()
    assert comes_true(lambda: file.exists() and file.read_text(encoding="utf-8").strip())

    parent.stop()

    assert parent.exit_code == -signal.SIGTERM
    assert comes_true(is_gone, int(file.read_text(encoding="utf-8")))


def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    deaf = child(tmp_path, "trap '' TERM; echo up; while true; do sleep 0.05; done")
    deaf.start()
    assert comes_true(lambda: "up" in deaf.last_words())

    deaf.stop()

    assert deaf.exit_code == -signal.SIGKILL


def test_the_last_words_of_a_crashed_server_are_kept(tmp_path: Path) -> None:
    server = child(tmp_path, "echo no room left; exit 3")
    server.start()

    assert comes_true(lambda: server.exit_code == 3)
    assert server.last_words() == "no room left"
