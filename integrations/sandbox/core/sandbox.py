"""The sandbox: the hub and every simulator found beside it."""

from __future__ import annotations

import logging
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeVar
from uuid import uuid4

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.base import Simulator
from integrations.sandbox.core.hub import Hub

log = logging.getLogger(__name__)

PACKAGE = "integrations.sandbox"
SAVE_DELAY = 0.3  # seconds; a burst of changes becomes one write
SAVE_SHARE = 10  # times as long as a write took the sandbox of a large shop is left to answer

Kind = TypeVar("Kind", bound=Simulator)


def simulator_folders() -> list[str]:
    """Every folder of the sandbox that holds a simulator, by name."""
    root = import_module(PACKAGE)
    return sorted(
        info.name
        for info in iter_modules(root.__path__)
        if info.ispkg and find_spec(f"{PACKAGE}.{info.name}.simulator") is not None
    )


class Sandbox(Hub):
    """The hub with its simulators and, where a path is given, a snapshot of what they know."""

    def __init__(self, base_url: str, *, state_path: Path | None, clock_path: Path | None) -> None:
        super().__init__(base_url, clock_path=clock_path)
        self._state_path = state_path
        self.simulators: list[Simulator] = sorted(
            (
                import_module(f"{PACKAGE}.{name}.simulator").SIMULATOR(self)
                for name in simulator_folders()
            ),
            key=lambda simulator: (simulator.order, simulator.slug),
        )
        self._load()

    def get(self, kind: type[Kind]) -> Kind:
        """The simulator of this class."""
        for simulator in self.simulators:
            if isinstance(simulator, kind):
                return simulator
        raise LookupError(kind.__name__)

    def reset(self, slug: str = "") -> None:
        """Forget what the simulators know, their faults and their journal; all of them without a
        slug.
        """
        with self.lock:
            for simulator in self.simulators:
                if slug in ("", simulator.slug):
                    simulator.replace_state(simulator.fresh_state())
            self.faults.clear(slug)
            self.journal.clear(slug)
            if not slug:
                self.clock.set(0)
            self.epoch = uuid4().hex
            self.changed()

    def start(self) -> None:
        self.spawn(self._save_changes, "sandbox-save")
        for simulator in self.simulators:
            simulator.start()

    def stop(self) -> None:
        self.stopping.set()
        with self.lock:
            self.lock.notify_all()
        self._save()

    def _load(self) -> None:
        if self._state_path is None:
            return
        document = snapshot.read(self._state_path)
        self.revision = document.get("revision", 0)
        states = document.get("simulators", {})
        for simulator in self.simulators:
            if simulator.slug not in states:
                continue
            try:
                state = snapshot.load(simulator.state_class, states[simulator.slug])
            except (AttributeError, TypeError, ValueError, KeyError) as error:  # another version's
                log.warning("sandbox: %s begins anew: %r", simulator.slug, error)
            else:
                simulator.replace_state(state)

    def _save(self) -> None:
        if self._state_path is None or not self.unsaved.is_set():
            return
        with self.lock:
            self.unsaved.clear()
            states = {one.slug: snapshot.dump(one.state) for one in self.simulators}
            snapshot.write(self._state_path, {"revision": self.revision, "simulators": states})

    def _save_changes(self) -> None:
        pause = SAVE_DELAY
        while not self.stopping.is_set():
            if self.unsaved.wait(1.0):
                self.stopping.wait(pause)
                began = time.monotonic()
                self._save()
                pause = max(SAVE_DELAY, SAVE_SHARE * (time.monotonic() - began))
