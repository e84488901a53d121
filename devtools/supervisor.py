"""Keeps the processes of `./dev run` up: starts them, restarts the crashed, stops all."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devtools import console
from devtools.process import Child
from devtools.restarts import Restarts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devtools.plan import Process

PATIENCE = 60.0
BREATH = 0.1
A_MOMENT = 0.5


@dataclass
class Kept:
    """A process, the child that runs it now, and what is known of its health."""

    process: Process
    child: Child
    restarts: Restarts = field(default_factory=Restarts)
    started: float = 0.0
    start_again_at: float | None = None
    given_up: bool = False

    def start(self) -> None:
        self.start_again_at = None
        self.started = time.monotonic()
        self.child.start()

    def is_ready(self) -> bool:
        if self.process.ready_url:
            return answers(self.process.ready_url)
        if self.process.ready_word:
            return self.child.marked.is_set()
        return time.monotonic() - self.started > A_MOMENT

    def look_after(self, now: float) -> None:
        """Notice a crash, or start again after one."""
        if self.given_up:
            return
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self.start()
        elif self.child.exit_code is not None:
            self._after_crash(now)

    def _after_crash(self, now: float) -> None:
        name, code = self.process.name, self.child.exit_code
        self.child.sweep()
        wait = self.restarts.wait_after_crash(now)
        if wait is None:
            self.given_up = True
            console.complain(f"{name} ended again (code {code}) and stays down; the rest goes on")
        else:
            self.start_again_at = now + wait
            console.complain(f"{name} ended with code {code}; starting it again in {wait:.0f} s")


class Supervisor:
    """Starts in the main thread only: Linux ties a child's life to the thread that started it."""

    def __init__(self, env: Mapping[str, str], servers: Sequence[Child]) -> None:
        self.env = env
        self.servers = servers
        self.groups: list[list[Kept]] = []

    @property
    def kept(self) -> list[Kept]:
        return [kept for group in self.groups for kept in group]

    def start(self, processes: Sequence[Process]) -> None:
        group: list[Kept] = []
        self.groups.append(group)
        for process in processes:
            kept = self._keep(process, console.COLOURS[len(self.kept)])
            group.append(kept)
            kept.start()

    def wait(self) -> None:
        """Until all are ready. A process that ends before that ends it all."""
        waiting = self.kept
        deadline = time.monotonic() + PATIENCE
        while waiting:
            self._servers_are_up()
            for kept in waiting:
                if kept.child.exit_code is not None:
                    raise console.Stopped(f"{kept.process.name} did not start; it says why above.")
            waiting = [kept for kept in waiting if not kept.is_ready()]
            if waiting and time.monotonic() > deadline:
                names = ", ".join(kept.process.name for kept in waiting)
                raise console.Stopped(f"Not ready after {PATIENCE:.0f} s: {names}.")
            time.sleep(BREATH)

    def watch(self) -> None:
        """Until the user stops it, or a server that nothing can do without is gone."""
        while True:
            self._servers_are_up()
            for kept in self.kept:
                kept.look_after(time.monotonic())
            time.sleep(A_MOMENT)

    def stop(self) -> None:
        """Those that started together stop together, the last first; then whoever started the
        servers stops them."""
        for group in reversed(self.groups):
            with ThreadPoolExecutor(len(group)) as at_once:
                list(at_once.map(lambda kept: kept.child.stop(), group))

    def _keep(self, process: Process, colour: str) -> Kept:
        child = Child(
            process.name,
            process.command,
            self.env,
            colour=colour,
            marker=process.ready_word,
            orphan_signal=process.orphan_signal,
        )
        return Kept(process, child)

    def _servers_are_up(self) -> None:
        for server in self.servers:
            if server.exit_code is not None:
                raise console.Stopped(f"{server.name} ended: all stops.\n{server.last_words()}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (our own addresses)
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False
