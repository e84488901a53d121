"""One child process: in its own session, its output prefixed or filed, stopped the way it likes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from devtools import console, places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIFELINE = Path(__file__).with_name("lifeline.py")


@dataclass(frozen=True)
class Account:
    """Another user of the machine, for a server that refuses to run as root."""

    name: str
    user: int
    group: int


def tie_to_us(orphan_signal: int, account: Account | None = None) -> list[str]:
    """What to put before a command that must not outlive this process: then it gets the signal."""
    who = (str(account.user), str(account.group)) if account else ("-", "-")
    lifeline = [sys.executable, "-I", "-S", str(LIFELINE)]
    return [*lifeline, str(os.getpid()), str(int(orphan_signal)), *who]


@dataclass
class Child:
    """Start with `start()`; `marker`, when given, is the word in its output that means ready."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    folder: Path = places.ROOT
    log: Path | None = None
    colour: str = console.BOLD
    marker: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals | None = None  # the stop signal, unless another is harsher
    grace: float = 10.0
    account: Account | None = None
    marked: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """In its own session: Ctrl-C reaches the supervisor alone, which stops all in order."""
        self.marked.clear()
        with Path(self.log or os.devnull).open("wb") as log:
            self._process = subprocess.Popen(
                [*tie_to_us(self.orphan_signal or self.stop_signal, self.account), *self.command],
                env=dict(self.env),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log if self.log else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if not self.log:
            threading.Thread(target=self._relay, args=(self._process,), daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        """Politely, then by force."""
        process = self._process
        if process is None:
            return
        process.send_signal(self.stop_signal)
        try:
            process.wait(self.grace)
        except subprocess.TimeoutExpired:
            console.complain(f"{self.name} did not stop within {self.grace:.0f} s and was killed")
        self.sweep()

    def sweep(self) -> None:
        """Kill what is left of it and of the processes it started, which a crash leaves behind."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self) -> str:
        """The end of its log file, for the message that says why it did not start."""
        if not self.log or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        prefix = console.paint(f"{self.name:>8}", self.colour)
        for raw in process.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            if self.marker and self.marker in line:
                self.marked.set()
            console.write(f"{prefix} | {line}")
