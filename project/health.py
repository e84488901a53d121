"""Is it alive, and can it work? Both answers are for machines; neither needs a session or a host name.

A callback must be stored even while Redis and the workers are down: route requests by `live`, raise alarms by `ready`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_safe
from redis import RedisError

from integrations import selectors
from integrations.services import heartbeats
from project.metrics.machine import connected

log = structlog.get_logger(__name__)

NUMBER = re.compile(r"[0-9a-f]{32}")
DATABASE_TIMEOUT = "1s"
LATE = timedelta(seconds=60)  # a row that is due and waits longer: the workers do not keep up
# Without these nobody gets what he paid for.
DECISIVE = ("database", "redis", "worker@money", "worker@access")

Part = dict[str, Any]


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing. To `?proof=<32 hex>` it adds what only this installation can say."""
    number = request.GET.get("proof", "")
    proof = {"proof": proof_of(number)} if NUMBER.fullmatch(number) else {}
    return JsonResponse({"status": "ok", **proof})


def proof_of(number: str) -> str:
    """The same in every process that has our SECRET_KEY, and in no other."""
    return salted_hmac("project.health.live", number, algorithm="sha256").hexdigest()


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """503 while the database, Redis or a worker of money or access is missing; whatever else is wrong is named."""
    parts = {"database": timed(probe_database), "redis": timed(probe_redis)}
    parts |= database_parts(readable=parts["database"]["ok"])
    failed = [name for name, part in parts.items() if not part["ok"]]
    decisive = [name for name in failed if name in DECISIVE]
    status = "failed" if decisive else "degraded" if failed else "ok"
    if failed:
        log.warning("health.not_ready", failed=failed)
    return JsonResponse(
        {"status": status, "parts": parts},
        status=503 if decisive else 200,
        headers={"Cache-Control": "no-store"},
    )


def timed(probe: Callable[[], None]) -> Part:
    started = time.monotonic()
    try:
        probe()
    except (DatabaseError, RedisError, OSError) as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, "ms": round((time.monotonic() - started) * 1000, 1)}


def probe_database() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{DATABASE_TIMEOUT}'")
        cursor.execute("SELECT 1")


def probe_redis() -> None:
    """One PING on a connection of its own."""
    with connected(settings.REDIS_URL) as redis:
        redis.ping()


def database_parts(*, readable: bool) -> dict[str, Part]:
    """Processes and queues, as the database knows them."""
    names = (*heartbeats.PROCESSES, "inbox", "outbox")
    if not readable:
        return {name: {"ok": False, "error": "unknown"} for name in names}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{DATABASE_TIMEOUT}'")
            ages = heartbeats.ages()
            queues = {"inbox": selectors.inbox_queue(), "outbox": selectors.outbox_queue()}
    except DatabaseError as error:
        return {name: {"ok": False, "error": type(error).__name__} for name in names}
    processes = {name: process_part(ages.get(name)) for name in heartbeats.PROCESSES}
    return processes | {name: queue_part(queue) for name, queue in queues.items()}


def process_part(age: timedelta | None) -> Part:
    return {"ok": heartbeats.alive(age), "age_seconds": seconds(age)}


def queue_part(queue: selectors.Queue) -> Part:
    return {
        "ok": queue.overdue <= LATE,
        "waiting": queue.waiting,
        "oldest_due_seconds": seconds(queue.overdue),
    }


def seconds(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds(), 1)
