"""A process that says by itself that it is alive, for as long as its main loop turns."""

from __future__ import annotations

import threading
import time

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from integrations import watchdog
from integrations.services import heartbeats

log = structlog.get_logger(__name__)


class Pulse:
    """Writes heartbeats every INTERVAL from a thread, but only while `turn()` keeps being called.

    The thread alone would prove nothing: it would go on beating beside a loop that hangs.
    """

    def __init__(self, *names: str, interval: float = heartbeats.INTERVAL) -> None:
        self._names = names
        self._interval = interval
        self._turned = 0.0
        self._thread: threading.Thread | None = None

    def turn(self) -> None:
        """Called by the main loop, at least once in an interval. Never waits for anything."""
        self._turned = time.monotonic()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            if time.monotonic() - self._turned <= self._interval:
                watchdog.alive()
                self.beat()
            time.sleep(self._interval)

    def beat(self) -> None:
        try:
            heartbeats.beat(*self._names)
        except DatabaseError as error:
            log.warning("pulse.not_written", processes=self._names, error=type(error).__name__)
        finally:
            # A connection held here would be inherited by every worker child forked meanwhile.
            connection.close()
