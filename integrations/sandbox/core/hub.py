"""What the simulators share: lock, clock, faults, journal, and the count of changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.errors import SandboxRefused
from integrations.sandbox.core.faults import Faults
from integrations.sandbox.core.journal import Journal


class Hub:
    """One sandbox process, as its simulators see it.

    `lock` guards everything and wakes whoever waits for a change. `revision` grows with every
    change; `epoch` is new after a start or a reset, so that an open page knows that its numbers
    mean nothing any more.
    """

    def __init__(self, base_url: str, *, clock_path: Path | None) -> None:
        if not settings.SANDBOX:
            raise SandboxRefused(
                "The sandbox runs with local settings only (SANDBOX is false here)."
            )
        self.base_url = base_url.rstrip("/")
        self.lock = threading.Condition(threading.RLock())
        self.stopping = threading.Event()
        self.unsaved = threading.Event()
        self.clock = Clock(clock_path)
        self.faults = Faults()
        self.journal = Journal()
        self.revision = 0
        self.epoch = uuid4().hex

    def changed(self, *, save: bool = True) -> int:
        """Note a change (the caller holds the lock): wake the waiting, have it saved. Returns its
        number.
        """
        self.revision += 1
        if save:
            self.unsaved.set()
        self.lock.notify_all()
        return self.revision

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait for a change that makes `ready` true (the caller holds the lock)."""
        self.lock.wait_for(lambda: self.stopping.is_set() or ready(), timeout=seconds)
        return ready()

    def spawn(self, work: Callable[[], None], name: str) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()
