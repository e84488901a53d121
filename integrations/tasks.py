from __future__ import annotations

from functools import cache
from typing import Any

from celery import shared_task
from celery.signals import heartbeat_sent

from integrations.pulse import Pulse
from integrations.services import (
    bounces,
    call_figures,
    draining,
    heartbeats,
    mail_limits,
    outbox,
)
from integrations.wakeups import awake


@shared_task(name=outbox.DRAIN)
def drain_outbox() -> int:
    awake(outbox.DRAIN)
    return draining.drain()


@shared_task(name="integrations.sweep_heartbeats")
def sweep_heartbeats() -> int:
    return heartbeats.sweep()


@shared_task(name="integrations.read_bounces")
def read_bounces() -> int:
    return bounces.read_mailbox()


@shared_task(name="integrations.sweep_call_figures")
def sweep_call_figures() -> int:
    return call_figures.sweep()


@shared_task(name="integrations.sweep_mail_minutes")
def sweep_mail_minutes() -> int:
    return mail_limits.sweep()


@heartbeat_sent.connect
def prove_worker(sender: Any, **_: Any) -> None:
    """Celery's consuming loop has turned: every 2 seconds, and only while it is connected to the broker."""
    pulse_of(tuple(sender.eventer.app.amqp.queues.consume_from)).turn()


@cache
def pulse_of(queues: tuple[str, ...]) -> Pulse:
    """One for the process: what it consumes does not change while it runs."""
    return Pulse(*heartbeats.of_queues(queues))
