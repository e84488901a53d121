"""The outbox: what must happen after an event, written down with the event and done afterwards, each thing alone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from integrations.clock import wall_clock
from integrations.models import OutboxMessage
from integrations.models.outbox import APP
from integrations.wakeups import wake

log = structlog.get_logger(__name__)

DRAIN = "integrations.drain_outbox"  # the task's name: services never import tasks
LONGEST_WAIT = timedelta(hours=1)
EVERYTHING = Q()


def publish(topic: str, payload: dict[str, Any], *, key: str, case: str = "") -> None:
    """Write down every reaction to an event, inside the caller's transaction.

    `key` names the event: the same event published twice is written once.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish() belongs inside the transaction of its event")
    reactions = import_string(settings.REACTIONS)[topic]
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(topic=topic, reaction=reaction, key=key, payload=payload, case=case)
            for reaction in reactions
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(nudge)


def nudge() -> None:
    """Have the outbox drained now rather than at the next beat."""
    wake(DRAIN)


def drain(*, seconds: float = 20.0, of: Q = EVERYTHING) -> int:
    """Deliver what is due, one message at a time, until nothing is or the time is up; returns how many succeeded.

    A failing reaction waits longer each time, alone, and is never given up. Workers do it with several hands
    (`draining`).
    """
    delivered = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until and (message := claim_next(of)) is not None:
        delivered += attempt(message) is None
    return delivered


def claim_next(of: Q = EVERYTHING) -> OutboxMessage | None:
    """Reserve the oldest due message for the lease; another worker skips it. `of` may speak of `app` too.

    The claim is committed before the work starts: a killed worker's message is due again when its lease ends.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .alias(app=APP)
            .filter(of, delivered_at=None, not_before__lte=wall_clock())
            .order_by("not_before", "id")
            .first()
        )
        if message is not None:
            message.not_before = wall_clock() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
            message.save(update_fields=["not_before"])
    return message


def present_name(reaction: str) -> str:
    """Of a reaction that an older release may have written down under another."""
    moved: Mapping[str, str] = import_string(settings.MOVED_REACTIONS)
    return moved.get(reaction, reaction)


def attempt(message: OutboxMessage) -> Exception | None:
    """Run one reaction; what it raised is written down with it, and returned."""
    try:
        deliver(message)
    except Exception as error:  # noqa: BLE001 - whatever a reaction raises is stored with its message
        postpone(message, error)
        return error
    return None


def deliver(message: OutboxMessage) -> None:
    """Run one reaction. It may run again after a crash: reactions are idempotent by contract."""
    with structlog.contextvars.bound_contextvars(case=message.case, reaction=message.reaction):
        import_string(present_name(message.reaction))(**message.payload)
        OutboxMessage.objects.filter(pk=message.pk).update(
            delivered_at=wall_clock(), attempts=message.attempts + 1, error=""
        )
        log.info("outbox.delivered", topic=message.topic)


def postpone(message: OutboxMessage, error: Exception) -> None:
    """Write down what went wrong and when to try again: 2, 4, 8 … seconds, at most an hour.

    An error that knows better says so in `retry_after` (seconds).
    """
    attempts = message.attempts + 1
    wait = min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_WAIT)
    asked: int = getattr(error, "retry_after", 0) or 0
    OutboxMessage.objects.filter(pk=message.pk).update(
        attempts=attempts,
        not_before=wall_clock() + max(wait, timedelta(seconds=asked)),
        error=f"{type(error).__name__}: {error}"[:2000],
    )
    log.warning(
        "outbox.postponed",
        case=message.case,
        reaction=message.reaction,
        attempts=attempts,
        error=f"{type(error).__name__}: {error}",
    )


def retry_now(message: OutboxMessage) -> None:
    """Make a waiting message due at once: staff's "try again"."""
    with transaction.atomic():
        OutboxMessage.objects.filter(pk=message.pk, delivered_at=None).update(
            not_before=wall_clock()
        )
        transaction.on_commit(nudge)


def hurry(topic: str) -> int:
    """Make everything of a topic that waits due at once; returns how much. Inside the caller's transaction, if any."""
    with transaction.atomic():
        waiting = OutboxMessage.objects.filter(
            topic=topic, delivered_at=None, not_before__gt=wall_clock()
        )
        many = waiting.update(not_before=wall_clock())
        transaction.on_commit(nudge)
    return many
