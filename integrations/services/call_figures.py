"""How outside services answer: counted in the process, added to a row of the minute by a thread of its own.

A call costs an addition in memory. The thread has its own connection, so that no transaction of a caller holds
these rows; what it cannot write is dropped, for a figure is not worth a queue.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog
from django.db import Error, connection

from integrations import traffic
from integrations.clock import wall_clock
from integrations.models import ServiceMinute

log = structlog.get_logger(__name__)

EVERY = 10.0  # seconds between two writes
KEPT = timedelta(days=14)
ADD = """
INSERT INTO integrations_serviceminute AS kept (service, minute, calls, errors, total_ms, max_ms, skew)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (minute, service) DO UPDATE SET
    calls = kept.calls + excluded.calls,
    errors = kept.errors + excluded.errors,
    total_ms = kept.total_ms + excluded.total_ms,
    max_ms = greatest(kept.max_ms, excluded.max_ms),
    skew = coalesce(excluded.skew, kept.skew)
"""


@dataclass(slots=True)
class Sum:
    calls: int = 0
    errors: int = 0
    total_ms: int = 0
    max_ms: int = 0
    skew: int | None = None


class CallFigures:
    """One per process; a fork begins with nothing counted and without the thread."""

    def __init__(self) -> None:
        self.begin()
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        self._lock = threading.Lock()
        self._sums: dict[tuple[str, datetime], Sum] = {}
        self._thread: threading.Thread | None = None

    def count(self, call: traffic.Call) -> None:
        moment = wall_clock()
        skew = _skew(call, moment)
        key = call.service[:40], moment.replace(second=0, microsecond=0)
        with self._lock:
            found = self._sums.setdefault(key, Sum())
            found.calls += 1
            found.errors += call.is_error
            found.total_ms += call.ms
            found.max_ms = max(found.max_ms, call.ms)
            found.skew = skew if skew is not None else found.skew

    def observe(self, call: traffic.Call) -> None:
        self.count(call)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="call figures", daemon=True)
                self._thread.start()

    def flush(self) -> int:
        """Write what was counted; returns how many rows that were."""
        with self._lock:
            sums, self._sums = self._sums, {}
        # In one order everywhere: processes add to the same rows.
        rows = [
            (service, minute, one.calls, one.errors, one.total_ms, one.max_ms, one.skew)
            for (service, minute), one in sorted(sums.items(), key=lambda item: item[0])
        ]
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(ADD, rows)
        return len(rows)

    def _run(self) -> None:
        while True:
            time.sleep(EVERY)
            try:
                self.flush()
            except Error as error:
                log.warning("call_figures.lost", error=type(error).__name__)
            finally:
                connection.close()


def sweep() -> int:
    """Forget what nobody looks at any more; returns how many rows went."""
    gone, _ = ServiceMinute.objects.filter(minute__lt=wall_clock() - KEPT).delete()
    return gone


def _skew(call: traffic.Call, moment: datetime) -> int | None:
    """Seconds by which the service's clock is ahead of ours; None where its answer does not say."""
    try:
        theirs = parsedate_to_datetime(call.headers.get("Date", ""))
        return round((theirs - moment).total_seconds())
    except (TypeError, ValueError):  # no such header, or one without a zone
        return None


figures = CallFigures()
