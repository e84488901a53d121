"""Which processes are alive, as they say themselves."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from integrations.clock import wall_clock
from integrations.models import Heartbeat


def beat(name: str) -> None:
    Heartbeat.objects.update_or_create(
        name=name,
        defaults={
            "seen_at": wall_clock(),
            "details": {"host": socket.gethostname(), "pid": os.getpid()},
        },
    )


def age(name: str) -> timedelta | None:
    """How long ago a process was last seen; None where it never was."""
    row = Heartbeat.objects.filter(name=name).first()
    return None if row is None else wall_clock() - row.seen_at
