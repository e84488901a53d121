from __future__ import annotations

from celery import shared_task

from integrations.services import heartbeats, outbox
from integrations.wakeups import awake


@shared_task(name=outbox.DRAIN)
def drain_outbox() -> int:
    awake(outbox.DRAIN)
    return outbox.drain()


@shared_task(name="integrations.heartbeat")
def heartbeat() -> None:
    """Sent by beat, run by a worker: one arrival proves both alive."""
    heartbeats.beat("worker")
