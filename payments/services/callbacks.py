"""From a stored call to a settled payment. One task drains a set of rows; nothing is applied in the request.

Calls that decide by themselves are settled here, in batches, and never wait for an outside service. The others are
handed to `confirmations`.
"""

from __future__ import annotations

import time

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from integrations.clock import wall_clock
from integrations.errors import CallbackMalformed
from integrations.models import InboundCallback
from integrations.services import calls, inbox
from integrations.wakeups import wake
from payments.errors import UnknownPayment
from payments.provider import ProviderEvent, Trust, Verdict
from payments.registry import get_provider
from payments.services import confirmations, inbound, provider_subscriptions
from payments.services.transitions import find_payment

log = structlog.get_logger(__name__)

DRAIN = "payments.drain_callbacks"  # the task's name: services never import tasks
BATCH = 50  # rows settled by one commit at most
FIRST = 10  # rows of the first one
# Seconds that a commit may take: whoever wants these tables for himself, as a migration does, waits for it, and all
# calls behind him.
COMMIT_WITHIN = 0.4

Status = InboundCallback.Status


def answer_check(*, provider: str, event: ProviderEvent) -> Verdict:
    """Say whether the provider may charge. Changes nothing."""
    by_subscription = provider_subscriptions.answer_check(provider=provider, event=event)
    try:
        payment = find_payment(provider=provider, event=event)
    except UnknownPayment:
        return by_subscription or Verdict.UNKNOWN_PAYMENT
    if by_subscription is not None and not payment.is_open:
        return by_subscription
    if event.money != payment.money:
        return Verdict.WRONG_AMOUNT
    payable = payment.is_open and payment.held_at is None
    return Verdict.ACCEPT if payable else Verdict.NOT_PAYABLE


def drain_callbacks(*, seconds: float = 20.0) -> int:
    """Apply what was stored until nothing is due or the time is up; returns how many rows were finished.

    A batch is one commit, its rows locked meanwhile, so a killed worker frees them at once. Where a row breaks its
    batch, rows are tried one by one, so that it stops nobody else. Batches are as large as this machine is quick.
    """
    finished = 0
    size = FIRST
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        try:
            taken, done = _settle(size)
        except Exception:
            # The same rows are taken again one by one, each keeping its own error.
            log.warning("callbacks.batch_broke", exc_info=True)
            taken, done = _settle_alone()
        finished += done
        if not taken:
            break
        size = fitting(size, time.monotonic() - began)
    return finished


def fitting(size: int, seconds: float) -> int:
    """How many rows to take after `size` of them took so long: never more than twice as many."""
    return max(1, min(BATCH, 2 * size, int(size * COMMIT_WITHIN / max(seconds, 0.001))))


def replay(callback_id: int) -> bool:
    """Have one accepted call applied again at once, as if it had just arrived; False where there is none.

    Harmless where it was applied before.
    """
    requeued = inbox.requeue(callback_id)
    wake(DRAIN)
    return requeued


def _settle(limit: int) -> tuple[int, int]:
    """Settle up to `limit` rows in one transaction; returns how many were taken and how many finished."""
    with transaction.atomic():
        rows = list(_due()[:limit])
        return len(rows), _settle_locked(rows)


def _settle_alone() -> tuple[int, int]:
    """One row of a batch that broke: settled alone, or put off with its own error."""
    with transaction.atomic():
        row = _due().first()
    if row is None:
        return 0, 0
    try:
        with transaction.atomic():
            return 1, _settle_locked(list(_due().filter(pk=row.pk)))
    except Exception as error:  # noqa: BLE001 - stored with the row, which is tried again
        return 1, calls.retry(row, error)


def _due() -> QuerySet[InboundCallback]:
    """Rows to settle, oldest first, locked for this transaction; those another worker holds are skipped."""
    return (
        InboundCallback.objects.select_for_update(skip_locked=True)
        .filter(
            source__in=settings.PAYMENT_PROVIDERS,
            status__in=[Status.RECEIVED, Status.WAITING],
            not_before__lte=wall_clock(),
        )
        .order_by("not_before", "id")
    )


def _settle_locked(rows: list[InboundCallback]) -> int:
    """Apply what decides by itself, hand over what is only a hint; returns how many rows were finished."""
    done = 0
    calls = []
    for row in rows:
        events = _read(row)
        if events is None:
            done += 1
        elif any(event.trust is Trust.HINT for event in events):
            InboundCallback.objects.filter(pk=row.pk).update(status=Status.CONFIRMING)
            transaction.on_commit(lambda: wake(confirmations.DRAIN))
        else:
            calls.append(inbound.look_up(row, events))
    inbound.lock_customers_of(calls)
    return done + sum(inbound.apply_call(call) for call in calls)


def _read(row: InboundCallback) -> list[ProviderEvent] | None:
    """The events of a row; None, with the row finished, where it cannot be read any more."""
    try:
        return get_provider(row.source).parse(row.as_raw())
    except CallbackMalformed as error:
        calls.finish(row, Status.DEAD, f"CallbackMalformed: {error}")
        return None
