"""The only clock of the product.

Every decision about time asks `now()`. In the sandbox an offset, written to a file by its clock page, moves
all processes together; without `CLOCK_OFFSET_FILE` (production always) the offset is zero.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now() + offset()


def offset() -> timedelta:
    """How far the sandbox has moved the clock; zero everywhere else."""
    path = settings.CLOCK_OFFSET_FILE
    if path is None:
        return timedelta()
    try:
        return timedelta(seconds=int(Path(path).read_text()))
    except FileNotFoundError:
        return timedelta()


def wall_clock() -> datetime:
    """Real time, for leases, back-off and heartbeats: machinery that a moved sandbox clock must not confuse."""
    return timezone.now()
