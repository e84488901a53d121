"""Our units on a machine, as its own systemd has them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from devtools import places
from tests.prove.hands import Failed, Hands, expect

TARGET = (places.ROOT / "deploy/systemd/provodnik.target").read_text(encoding="utf-8")
SERVICES = re.findall(r"provodnik-[\w@]+\.service", TARGET)
TIMERS = re.findall(r"provodnik-[\w@-]+\.timer", TARGET)
WEB = [name for name in SERVICES if name.startswith("provodnik-web@")]
PATIENCE = 60.0  # seconds until a thing that takes a moment must have happened


class Units(Hands):
    def shown(self, unit: str, *names: str) -> dict[str, str]:
        """What systemd knows of it under these names."""
        said = self.said("systemctl", "show", unit, *(f"--property={name}" for name in names))
        return dict(line.partition("=")[::2] for line in said.splitlines())

    def main(self, unit: str) -> int:
        """The number, inside, of its main process; 0 where none runs."""
        return int(self.shown(unit, "MainPID")["MainPID"])

    def restarts(self, unit: str) -> int:
        """How often systemd has started it anew since somebody did."""
        return int(self.shown(unit, "NRestarts")["NRestarts"])

    def runs(self, unit: str) -> bool:
        found = self.shown(unit, "ActiveState", "SubState")
        return (found["ActiveState"], found["SubState"]) == ("active", "running")

    def all_run(self) -> None:
        """As they were started: none has ended since, nothing on the whole machine has failed."""
        for unit in SERVICES:
            expect(self.runs(unit) and self.restarts(unit) == 0, self.story(unit))
        for unit in (*TIMERS, "provodnik.target"):
            self.said("systemctl", "is-active", unit)
        self.nothing_failed()

    def nothing_failed(self) -> None:
        failed = self.said("systemctl", "list-units", "--failed", "--plain", "--no-legend")
        expect(not failed, failed)

    def listens(self, unit: str) -> bool:
        """Whether that web process answers by itself."""
        port = unit.partition("@")[2].removesuffix(".service")
        live = f"curl --silent --fail --max-time 5 http://127.0.0.1:{port}/health/live"
        return self.inside.run("bash", "-c", live).returncode == 0

    def comes_back(self, unit: str, before: int, *, within: float = PATIENCE) -> float:
        """Waits until another main process than `before` works; how many seconds that took."""
        started = time.monotonic()

        def came_back() -> bool:
            if self.main(unit) in (0, before) or not self.runs(unit):
                return False
            return unit not in WEB or self.listens(unit)

        self.wait(came_back, what=f"another {unit}", of=unit, within=within)
        return time.monotonic() - started

    def story(self, unit: str) -> str:
        """What systemd and its process have said of it lately."""
        words = ("--no-pager", "--full", "--lines=25", unit)
        return self.inside.run("systemctl", "status", *words).stdout

    def wait(
        self, happened: Callable[[], Any], *, what: str, of: str = "", within: float = PATIENCE
    ) -> None:
        deadline = time.monotonic() + within
        while not happened():
            if time.monotonic() > deadline:
                raise Failed(f"waited {within:.0f} s for {what}\n{self.story(of) if of else ''}")
            time.sleep(0.3)
