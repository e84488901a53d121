"""Celery's scheduler: it tells systemd that it turns, and everybody of what it has sent."""

from __future__ import annotations

import math
from time import monotonic
from typing import Any

from celery.beat import PersistentScheduler

from integrations import watchdog
from integrations.pulse import Pulse

# Seconds. Where much is due there are fifty turns in one; systemd reads each word before it looks after anything else.
TELLS_EVERY = 1.0


class Scheduler(PersistentScheduler):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._pulse = Pulse("beat")
        self._told = -math.inf
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Seconds until the next one, at most `max_interval`."""
        moment = monotonic()
        if moment - self._told >= TELLS_EVERY:
            self._told = moment
            watchdog.alive()
        return super().tick(*args, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """A scheduler whose broker does not take its tasks is as good as none: it raises and is silent."""
        sent = super().apply_async(*args, **kwargs)
        self._pulse.turn()
        return sent
