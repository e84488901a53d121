"""Celery's scheduler, and a word to systemd with each of its turns."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler

from integrations import watchdog


class Scheduler(PersistentScheduler):
    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Seconds until the next one, at most `max_interval`."""
        watchdog.alive()
        return super().tick(*args, **kwargs)
