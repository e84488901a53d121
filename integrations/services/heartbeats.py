"""Which processes are alive, as they say themselves.

`worker@QUEUE`  a worker consumes this queue and its loop turns: written by each worker for each of its queues
`mailer`        the same of the queue of mailings
`beat`          the scheduler sends what is due: written by itself
`bot`           the bot process polls or listens: written by itself

Two machines have a row each. A process is alive while one of its rows is fresh.
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from django.db.models import Max

from integrations.clock import wall_clock
from integrations.models import Heartbeat

INTERVAL = 10.0  # seconds between two beats
SILENCE = timedelta(seconds=35)  # three beats missed: taken for dead
FORGOTTEN = timedelta(days=1)  # machines that are gone for good
QUEUES = {
    "money": "worker@money",
    "access": "worker@access",
    "messages": "worker@messages",
    "celery": "worker@celery",
    "bulk": "mailer",
}
PROCESSES = (*QUEUES.values(), "beat", "bot")
LONGEST = 40  # characters of a row's name


def of_queues(queues: Iterable[str]) -> list[str]:
    """What a worker that consumes these queues is called."""
    return [QUEUES.get(queue, f"worker@{queue}"[:LONGEST]) for queue in queues]


def on_machine(process: str, host: str) -> str:
    """The name of its row; a machine's name that is too long for it by the beginning of its digest."""
    name = f"{process}#{host}"
    if len(name) <= LONGEST:
        return name
    return f"{process[:29]}#{sha256(name.encode()).hexdigest()[:10]}"


def beat(*processes: str, **facts: str | int) -> None:
    """Seen now, on this machine; `facts` are shown with it."""
    host = socket.gethostname()
    details = {"host": host, "pid": os.getpid(), **facts}
    moment = wall_clock()
    # In one order everywhere: two workers of one machine write the same rows.
    rows = [
        Heartbeat(name=on_machine(process, host), process=process, seen_at=moment, details=details)
        for process in sorted(set(processes))
    ]
    Heartbeat.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["process", "seen_at", "details"],
    )


def last(process: str) -> Heartbeat | None:
    """Its freshest row."""
    return Heartbeat.objects.filter(process=process).order_by("-seen_at").first()


def age(process: str) -> timedelta | None:
    """How long ago a process was last seen; None where it never was."""
    return ages().get(process)


def ages() -> dict[str, timedelta]:
    """How long ago each process was last seen anywhere; one that never was is missing."""
    moment = wall_clock()
    rows = Heartbeat.objects.order_by().values_list("process").annotate(seen=Max("seen_at"))
    return {process: max(moment - seen, timedelta()) for process, seen in rows if process}


def machines() -> dict[str, int]:
    """On how many machines each process is alive."""
    fresh = Heartbeat.objects.filter(seen_at__gte=wall_clock() - SILENCE)
    return dict(Counter(fresh.values_list("process", flat=True)))


def alive(age: timedelta | None) -> bool:
    return age is not None and age <= SILENCE


def sweep() -> int:
    """Forget machines that another one has long taken over from; returns how many rows went."""
    old = Heartbeat.objects.filter(seen_at__lt=wall_clock() - FORGOTTEN)
    newest = Heartbeat.objects.order_by("process", "-seen_at").distinct("process")
    gone, _ = old.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()
    return gone
