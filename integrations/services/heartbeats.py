"""Which processes are alive, as they say themselves.

`worker`  its consuming loop turns: written by the worker itself (integrations.pulse)
`beat`    the scheduler schedules: written by the task that beat sends every INTERVAL
`bot`     the bot process polls or listens: written by itself
"""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from integrations.clock import wall_clock
from integrations.models import Heartbeat

INTERVAL = 10.0  # seconds between two beats
SILENCE = timedelta(seconds=35)  # three beats missed: taken for dead
PROCESSES = ("worker", "mailer", "beat", "bot")


def beat(name: str, **facts: str | int) -> None:
    """Seen now; `facts` are shown with it."""
    Heartbeat.objects.update_or_create(
        name=name,
        defaults={
            "seen_at": wall_clock(),
            "details": {"host": socket.gethostname(), "pid": os.getpid(), **facts},
        },
    )


def age(name: str) -> timedelta | None:
    """How long ago a process was last seen; None where it never was."""
    return ages().get(name)


def ages() -> dict[str, timedelta]:
    """How long ago each process was last seen; one that never was is missing."""
    moment = wall_clock()
    return {
        name: max(moment - seen_at, timedelta())
        for name, seen_at in Heartbeat.objects.values_list("name", "seen_at")
    }


def alive(age: timedelta | None) -> bool:
    return age is not None and age <= SILENCE
