from __future__ import annotations

from celery import shared_task

from integrations.wakeups import awake
from payments.services import (
    callbacks,
    confirmations,
    cooldowns,
    expiry,
    fulfilment,
    grace,
    incident_watch,
    polling,
    refund_sending,
    reminders,
    renewal_runs,
)
from payments.services.reconciliation import runs


@shared_task(name=callbacks.DRAIN)
def drain_callbacks() -> int:
    awake(callbacks.DRAIN)
    return callbacks.drain_callbacks()


@shared_task(name=confirmations.DRAIN)
def confirm_callbacks() -> int:
    awake(confirmations.DRAIN)
    return confirmations.confirm_callbacks()


@shared_task(name="payments.expire_payments")
def expire_payments() -> int:
    return expiry.expire_payments()


@shared_task(name="payments.sync_access")
def sync_access() -> int:
    return fulfilment.republish_unsynced()


@shared_task(name="payments.sweep_cooldowns")
def sweep_cooldowns() -> int:
    return cooldowns.sweep_cooldowns()


@shared_task(name="payments.poll_payments")
def poll_payments() -> int:
    return polling.poll_payments()


@shared_task(name="payments.reconcile_daily")
def reconcile_daily() -> int:
    return runs.reconcile_daily()


@shared_task(name="payments.watch_incidents")
def watch_incidents() -> int:
    return incident_watch.watch_incidents()


@shared_task(name=refund_sending.SEND)
def send_refunds() -> int:
    awake(refund_sending.SEND)
    return refund_sending.send_refunds()


@shared_task(name="payments.renew_due")
def renew_due() -> int:
    return renewal_runs.renew_due()


@shared_task(name="payments.plan_reminders")
def plan_reminders() -> int:
    return reminders.plan_reminders()


@shared_task(name="payments.end_lapsed")
def end_lapsed() -> int:
    return grace.end_lapsed()
