from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import heartbeat_sent

from integrations.pulse import Pulse
from integrations.services import bounces, heartbeats, mail_limits, outbox
from integrations.wakeups import awake

MAILER = "mailer"  # the worker of mailings, by the name it is started under
pulses = {name: Pulse(name) for name in ("worker", MAILER)}


@shared_task(name=outbox.DRAIN)
def drain_outbox() -> int:
    awake(outbox.DRAIN)
    return outbox.drain()


@shared_task(name="integrations.heartbeat")
def heartbeat() -> None:
    """Sent by beat on its schedule: its arrival proves beat. The worker speaks for itself (integrations.pulse)."""
    heartbeats.beat("beat")


@shared_task(name="integrations.read_bounces")
def read_bounces() -> int:
    return bounces.read_mailbox()


@shared_task(name="integrations.sweep_mail_minutes")
def sweep_mail_minutes() -> int:
    return mail_limits.sweep()


@heartbeat_sent.connect
def prove_worker(sender: Any, **_: Any) -> None:
    """Celery's consuming loop has turned: every 2 seconds, and only while it is connected to the broker."""
    name = str(sender.eventer.hostname).partition("@")[0]
    pulses[MAILER if name == MAILER else "worker"].turn()
