"""What a person does on a machine, and how a proof tells what came of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable, Sequence

from devtools import console
from tests.prove.machine import Machine, network

Step = tuple[str, Callable[[], None]]  # what it claims, and how that is seen; raises Failed


class Failed(Exception):
    """A step did not show what it claims; says what was seen."""


class Hands:
    def __init__(self, inside: Machine) -> None:
        self.inside = inside

    def said(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """What a command printed, which must end with `code`."""
        done = self.inside.run(*words, stdin=stdin, env=network())
        if done.returncode != code:
            raise Failed(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-6000:]}")
        return done.stdout

    def shell(self, line: str, code: int = 0) -> str:
        return self.said("bash", "-c", line, code=code)

    def manage(self, *words: str) -> str:
        return self.said("provodnik", *words)

    def python(self, lines: str) -> str:
        """What a few lines print within the installed release."""
        return self.manage("shell", "--no-imports", "--command", lines)

    def add_settings(self, lines: str) -> None:
        self.said("bash", "-c", "cat >> /etc/provodnik/environment", stdin=lines)

    def complaints(self) -> set[str]:
        """What the doctor is not content with, by its names."""
        said = self.inside.run("provodnik", "doctor").stdout
        lines = [line.strip() for line in said.splitlines()]
        return {line.partition(":")[0] for line in lines if line.startswith(("⚠", "❌"))}

    def is_ready(self) -> bool:
        ready = "curl --silent --fail --max-time 5 http://127.0.0.1:8000/health/ready"
        return self.inside.run("bash", "-c", ready).returncode == 0


def walk(steps: Iterable[Step], *, shell: Sequence[str] = ()) -> bool:
    """One after another; false after the first that fails, where `shell` is entered to look around."""
    for title, step in steps:
        started = time.monotonic()
        try:
            step()
        except Failed as seen:
            report(title, started, failed=True)
            console.write(str(seen))
            if shell:
                subprocess.run(shell, check=False)
            return False
        report(title, started)
    return True


def expect(true: bool, seen: str) -> None:
    if not true:
        raise Failed(seen)


def report(title: str, started: float, *, failed: bool = False) -> None:
    verdict = console.paint("FAILED", console.RED) if failed else console.paint("ok", console.GREEN)
    console.say(f"{title:<70} {time.monotonic() - started:5.1f} s  {verdict}")
