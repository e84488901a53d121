"""Money on its way back: the worker asks the provider, outside any transaction, under the refund's own key.

A row is reserved by a committed lease before the call. Whoever takes it again, because the worker was killed or the
answer was lost, first asks what became of it: providers keep an idempotency key for an hour or a day only. Of one
payment one refund is sent at a time.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from integrations.clock import now, wall_clock
from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.services import outbox
from payments.abilities import RefundRequest, RefundResult, RefundsMoney, RefundState
from payments.models import Payment, PaymentEvent, Refund
from payments.provider import EventKind
from payments.registry import UnknownProvider, get_provider
from payments.services.refund_rules import incident_of, unspent
from payments.services.refunds import SEND
from payments.services.transitions import apply_event

__all__ = ["SEND", "send_refunds"]

log = structlog.get_logger(__name__)

LONGEST_WAIT = timedelta(minutes=10)
LONGEST_POLL = timedelta(hours=1)
FIRST_POLL = 5  # seconds, doubled each time
ASKED_EARLIER = timedelta(minutes=5)  # clocks differ

Status = Refund.Status
ON_THE_WAY = (Status.ORDERED, Status.PENDING)


def send_refunds(*, seconds: float = 20.0) -> int:
    """Send or ask about every refund that is due; returns how many are over, one way or the other.

    A provider that does not answer is left alone until the next run.
    """
    over = 0
    silent: set[str] = set()
    until = time.monotonic() + seconds
    while time.monotonic() < until and (refund := _claim(silent)) is not None:
        try:
            over += _send(refund)
        except (ServiceUnreachable, UnknownProvider) as error:
            silent.add(refund.payment.provider)
            _postpone(refund, error)
        except Exception as error:  # noqa: BLE001 - stored with the row, which is tried again
            _postpone(refund, error)
    return over


def _claim(silent: set[str]) -> Refund | None:
    """Reserve the oldest due refund for the lease."""
    older = Refund.objects.filter(
        payment=OuterRef("payment"), status__in=ON_THE_WAY, pk__lt=OuterRef("pk")
    )
    with transaction.atomic():
        refund = (
            Refund.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("payment__customer")
            .filter(~Exists(older), status__in=ON_THE_WAY, not_before__lte=wall_clock())
            .exclude(payment__provider__in=silent)
            .order_by("not_before", "id")
            .first()
        )
        if refund is not None:
            refund.attempts += 1
            refund.not_before = wall_clock() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
            refund.save(update_fields=["attempts", "not_before"])
    return refund


def _send(refund: Refund) -> int:
    """Ask the provider and write down what it said; 1 where the refund is over."""
    provider = get_provider(refund.payment.provider)
    if not isinstance(provider, RefundsMoney):
        return _fail(refund, f"{provider.label} gives nothing back by itself")
    request = _request(refund)
    result = None
    if refund.attempts > 1 or refund.external_id:
        result = _found(provider, request)
    if result is None and refund.status == Status.ORDERED:
        if refund.amount > unspent(refund.payment, incident=incident_of(refund)).amount:
            return _fail(refund, "the money has gone back by another way")
        try:
            result = provider.refund(request)
        except ServiceRefused as error:
            return _fail(refund, str(error))
    if result is None:
        raise ServiceUnreachable("the provider does not know this refund", service=provider.label)
    return _apply(refund, result)


def _found(provider: RefundsMoney, request: RefundRequest) -> RefundResult | None:
    """What became of an earlier attempt. A refusal to tell is no answer: nothing may be sent before it is known."""
    try:
        return provider.find_refund(request)
    except ServiceRefused as error:
        raise ServiceUnreachable(str(error), service=error.service) from None


def _apply(refund: Refund, result: RefundResult) -> int:
    if result.state is RefundState.FAILED:
        return _fail(refund, result.reason or "refused", external_id=result.external_id)
    if result.state is RefundState.PENDING or result.event is None:
        pause = min(timedelta(seconds=FIRST_POLL * 2 ** min(refund.attempts, 12)), LONGEST_POLL)
        _write(
            refund,
            status=Status.PENDING,
            external_id=result.external_id or refund.external_id,
            not_before=wall_clock() + pause,
            error=result.reason[:500],
        )
        return 0
    apply_event(
        payment_id=refund.payment_id,
        event=replace(result.event, refund=refund.reference),
        origin=PaymentEvent.Origin.SYSTEM,
    )
    # Where it is still on its way, the sum did not fit what is left: the money is gone, and a person must look why.
    _fail(refund, "the provider gave the money back, and the books would not take it")
    return 1


def _request(refund: Refund) -> RefundRequest:
    payment = refund.payment
    others = payment.refunds.exclude(pk=refund.pk).exclude(external_id="")
    return RefundRequest(
        reference=refund.reference,
        payment_reference=payment.reference,
        external_id=payment.external_id,
        operation=refund.operation or _booked_operation(payment),
        money=refund.money,
        payer_id=payment.customer.payer_id,
        description=f"№ {payment.number}",
        email=payment.customer.email,
        refund_id=refund.external_id,
        asked_since=(refund.decided_at or refund.created_at) - ASKED_EARLIER,
        others=frozenset(others.values_list("external_id", flat=True)),
    )


def _booked_operation(payment: Payment) -> str:
    """The provider's number of the charge whose money we booked."""
    paid = payment.events.filter(kind=EventKind.PAID, outcome=PaymentEvent.Outcome.MOVED).last()
    return paid.operation if paid is not None else ""


def _postpone(refund: Refund, error: Exception) -> None:
    """Try again in 2, 4, 8 … seconds, at most ten minutes."""
    described = f"{type(error).__name__}: {error}"
    log.warning(
        "refund.waits",
        case=refund.payment.case,
        refund=refund.pk,
        attempts=refund.attempts,
        error=described,
        exc_info=None if isinstance(error, IntegrationError | UnknownProvider) else error,
    )
    wait = min(timedelta(seconds=2 ** min(refund.attempts, 10)), LONGEST_WAIT)
    _write(refund, not_before=wall_clock() + wait, error=described[:500])


def _write(refund: Refund, **fields: object) -> bool:
    """Change a refund that is still on its way; False where its notification was faster."""
    return bool(Refund.objects.filter(pk=refund.pk, status__in=ON_THE_WAY).update(**fields))


def _fail(refund: Refund, reason: str, **fields: object) -> int:
    """Nothing was given back, and trying again would not help: staff hear of it."""
    with transaction.atomic():
        failed = _write(
            refund,
            status=Status.FAILED,
            error=reason[:500],
            finished_at=now(),
            not_before=None,
            **fields,
        )
        if failed:
            log.warning("refund.failed", case=refund.payment.case, refund=refund.pk, reason=reason)
            outbox.publish(
                "refund.failed",
                {"refund_id": refund.pk},
                key=f"refund.failed:{refund.pk}",
                case=refund.payment.case,
            )
    return int(failed)
