"""From a stored call to a settled payment. One task drains a set of rows; nothing is applied in the request."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from integrations.clock import wall_clock
from integrations.errors import CallbackMalformed, IntegrationError, ServiceUnreachable
from integrations.models import InboundCallback
from integrations.services import inbox
from integrations.wakeups import wake
from payments.errors import EventTooEarly, UnknownPayment
from payments.models import Payment, PaymentEvent
from payments.provider import EventKind, PaymentProvider, ProviderEvent, Trust, Verdict
from payments.registry import UnknownProvider, get_provider
from payments.services.locks import lock_customers
from payments.services.transitions import apply_locked, customers_involved, find_payment

log = structlog.get_logger(__name__)

DRAIN = "payments.drain_callbacks"  # the task's name: services never import tasks
BATCH = 50  # rows settled by one commit
DEAD_AFTER = 20  # attempts of a row that breaks for a reason of its own; a person looks at it then
UNKNOWN_AFTER = timedelta(minutes=1)  # how long an order may be ahead of our own commit
LONGEST_WAIT = timedelta(minutes=10)

Status = InboundCallback.Status


def answer_check(*, provider: str, event: ProviderEvent) -> Verdict:
    """Say whether the provider may charge. Changes nothing."""
    try:
        payment = find_payment(provider=provider, event=event)
    except UnknownPayment:
        return Verdict.UNKNOWN_PAYMENT
    if event.money != payment.money:
        return Verdict.WRONG_AMOUNT
    return Verdict.ACCEPT if payment.is_open else Verdict.NOT_PAYABLE


def drain_callbacks(*, seconds: float = 20.0) -> int:
    """Apply what was stored until nothing is due or the time is up; returns how many rows were finished.

    Signed rows are settled in batches of one commit, their row locks held meanwhile, so a killed worker frees them
    at once. A row that breaks is tried alone, so that it cannot stop the others. Hints ask the provider first,
    outside any transaction.
    """
    finished = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            taken, done, hints = _settle_batch(BATCH)
        except Exception:
            log.warning("callbacks.batch_broke", exc_info=True)
            taken, done, hints = _settle_alone()
        for callback_id in hints:
            done += _settle_hint(callback_id)
        finished += done
        if not taken:
            break
    return finished


def _due(limit: int) -> list[InboundCallback]:
    return list(
        InboundCallback.objects.select_for_update(skip_locked=True)
        .filter(
            source__in=settings.PAYMENT_PROVIDERS,
            status__in=[Status.RECEIVED, Status.WAITING],
            not_before__lte=wall_clock(),
        )
        .order_by("not_before", "id")[:limit]
    )


def _settle_batch(limit: int) -> tuple[int, int, list[int]]:
    """Settle up to `limit` signed rows in one transaction; hints are reserved and returned."""
    hints: list[int] = []
    done = 0
    with transaction.atomic():
        rows = _due(limit)
        work = [(row, _read(row)) for row in rows]
        lock_customers(_customers(work))
        for row, events in work:
            if events is None:
                continue
            if any(event.trust is Trust.HINT for event in events):
                _lease(row)
                hints.append(row.pk)
                continue
            done += _apply_row(row, events)
    return len(rows), done, hints


def _settle_alone() -> tuple[int, int, list[int]]:
    """One row, with its failure written down: the way out of a batch that a poison row breaks."""
    with transaction.atomic():
        rows = _due(1)
        for row in rows:
            _lease(row)
    if not rows:
        return 0, 0, []
    return 1, _settle_hint(rows[0].pk), []


def _settle_hint(callback_id: int) -> int:
    """Settle one reserved row: ask the provider where the body alone does not decide, then move the payment."""
    row = InboundCallback.objects.get(pk=callback_id)
    try:
        provider = get_provider(row.source)
        events = [_confirmed(provider, event, row) for event in provider.parse(row.as_raw())]
        with transaction.atomic():
            locked = InboundCallback.objects.select_for_update().get(pk=callback_id)
            locked.case = row.case
            lock_customers(_customers([(locked, events)]))
            return _apply_row(locked, events)
    except (CallbackMalformed, UnknownProvider) as error:
        return _finish(row, Status.DEAD, f"{type(error).__name__}: {error}")
    except UnknownPayment as error:
        return _unknown(row, error)
    except Exception as error:  # noqa: BLE001 - stored with the row, which is tried again
        return _retry(row, error)


def _confirmed(
    provider: PaymentProvider, event: ProviderEvent, row: InboundCallback
) -> ProviderEvent:
    """What decides about an event: itself where it is signed, the provider's own API where it is a hint.

    The API's answer must speak of the payment the hint spoke of.
    """
    if event.trust is Trust.SIGNED or event.kind in (EventKind.UNKNOWN, EventKind.CHECK):
        return event
    payment = None
    try:
        payment = find_payment(provider=provider.slug, event=event)
    except UnknownPayment:
        if event.reference:
            payment = Payment.objects.filter(
                provider=provider.slug, reference=event.reference
            ).first()
    if payment is not None:
        row.case = payment.case
    truth = provider.confirm(event, stored_id=payment.external_id if payment else "")
    if payment is not None and truth.reference and truth.reference != payment.reference:
        raise UnknownPayment("the provider says this id belongs to another order")
    return truth


def _read(row: InboundCallback) -> list[ProviderEvent] | None:
    """The events of a row; None, with the row finished, where it cannot be read."""
    try:
        return get_provider(row.source).parse(row.as_raw())
    except CallbackMalformed as error:
        _finish(row, Status.DEAD, f"CallbackMalformed: {error}")
        return None


def _customers(
    work: Sequence[tuple[InboundCallback, list[ProviderEvent] | None]],
) -> set[int]:
    """Everybody whose ledgers these events may touch, found before anything is locked."""
    payers = []
    for row, events in work:
        for event in events or []:
            try:
                payers.append(find_payment(provider=row.source, event=event).customer_id)
            except UnknownPayment:
                continue
    return customers_involved(payers)


def _apply_row(row: InboundCallback, events: list[ProviderEvent]) -> int:
    """Apply one row's events and finish the row with them, inside the caller's transaction."""
    outcomes, case = [], row.case
    try:
        for event in events:
            if event.kind in (EventKind.UNKNOWN, EventKind.CHECK):
                outcomes.append("nothing to do")
                continue
            payment = find_payment(provider=row.source, event=event)
            case = payment.case
            outcomes.append(
                apply_locked(
                    payment_id=payment.pk,
                    event=event,
                    origin=PaymentEvent.Origin.CALLBACK,
                    callback=row,
                ).value
            )
    except UnknownPayment as error:
        return _unknown(row, error)
    except EventTooEarly as error:
        row.case = case
        return _retry(row, error)
    row.case = case
    return _finish(row, Status.APPLIED, ", ".join(outcomes))


def _unknown(row: InboundCallback, error: UnknownPayment) -> int:
    """A genuine call about no order of ours: our own row may still be uncommitted, later it is a person's case."""
    if wall_clock() - row.received_at < UNKNOWN_AFTER:
        return _retry(row, error)
    return _finish(row, Status.UNKNOWN, str(error))


def _retry(row: InboundCallback, error: Exception) -> int:
    attempts = row.attempts + 1
    expected = isinstance(error, IntegrationError | EventTooEarly | UnknownPayment)
    if attempts >= DEAD_AFTER and not isinstance(error, ServiceUnreachable | EventTooEarly):
        return _finish(row, Status.DEAD, f"{type(error).__name__}: {error}")
    log.warning(
        "callback.waits",
        callback=row.pk,
        attempts=attempts,
        error=f"{type(error).__name__}: {error}",
        exc_info=not expected,
    )
    InboundCallback.objects.filter(pk=row.pk).update(
        status=Status.WAITING,
        attempts=attempts,
        case=row.case,
        not_before=wall_clock() + min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_WAIT),
        error=f"{type(error).__name__}: {error}"[:2000],
    )
    return 0


def _finish(row: InboundCallback, status: InboundCallback.Status, outcome: str) -> int:
    InboundCallback.objects.filter(pk=row.pk).update(
        status=status,
        outcome=outcome[:200],
        attempts=row.attempts + 1,
        case=row.case,
        applied_at=wall_clock(),
        error="" if status == Status.APPLIED else outcome[:2000],
    )
    return 1


def _lease(row: InboundCallback) -> None:
    row.not_before = wall_clock() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    row.save(update_fields=["not_before"])


def replay(callback_id: int) -> None:
    """Have one stored call applied again, as if it had just arrived. Harmless where it was applied before."""
    inbox.requeue(callback_id)
    wake(DRAIN)
