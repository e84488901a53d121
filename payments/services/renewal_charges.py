"""Charges without the customer: ordered, answered, and found out about where nobody answered.

A provider is called outside any transaction. An open payment whose charge was not answered for is asked about first;
only where the provider never heard of it is the same reference charged again.
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from integrations.clock import wall_clock
from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from payments.abilities import ChargeRequest, ChargesSavedMethods
from payments.errors import MethodRevoked
from payments.models import AutoRenewal, Payment, PaymentEvent
from payments.provider import EventKind, ProviderEvent, Trust
from payments.registry import UnknownProvider, get_provider
from payments.services import provider_states
from payments.services.locks import lock_customers
from payments.services.renewal_rules import end_of, is_served_by_provider, obstacle
from payments.services.renewals import Attempt, price_now
from payments.services.transitions import apply_event

log = structlog.get_logger(__name__)

BATCH = 100
OUR_FAULT = (401, 403)  # our credentials or our contract: says nothing about the customer's card


def charge(payment: Payment, *, silent: set[str]) -> int:
    """Ask the provider for the money; what it says moves the payment. No transaction is open meanwhile.

    Returns 1 where there was an answer. A provider that gives none is added to `silent` and left alone for a while.
    """
    provider = _provider_of(payment)
    if provider is None:
        silent.add(payment.provider)
        return 0
    try:
        event = provider.charge(_request(payment))
        provider_states.answered(payment.provider)
    except MethodRevoked as error:
        event = _ours(payment, EventKind.FAILED, "revoked", str(error), method_revoked=True)
    except ServiceRefused as error:
        if error.status in OUR_FAULT:
            return _unanswered(payment, error, silent)
        event = _ours(payment, EventKind.FAILED, "refused", str(error))
    except ServiceUnreachable as error:
        return _unanswered(payment, error, silent)
    apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.SYSTEM)
    return 1


def ask_about_unclear(*, until: float, silent: set[str]) -> int:
    """Find out about every charge that was ordered and not answered for; returns how many were."""
    quiet = timedelta(seconds=settings.RENEWAL_UNCLEAR_SECONDS)
    unclear = Payment.objects.filter(
        status__in=Payment.OPEN,
        renewal_key__startswith="renewal:",
        checked_at__lte=wall_clock() - quiet,
    ).select_related("customer", "saved_method")
    done = 0
    for payment in list(unclear.order_by("checked_at")[:BATCH]):
        if time.monotonic() >= until:
            break
        mine = unclear.filter(pk=payment.pk).order_by()
        if payment.provider not in silent and mine.update(checked_at=wall_clock()):
            done += _find_out(payment, silent)
    return done


def _find_out(payment: Payment, silent: set[str]) -> int:
    provider = _provider_of(payment)
    if provider is None:
        silent.add(payment.provider)
        return 0
    try:
        event = provider.find_charge(_request(payment), since=payment.created_at)
    except IntegrationError as error:
        return _unanswered(payment, error, silent)
    if event is None:
        if _may_still_be_charged(payment):
            return charge(payment, silent=silent)
        event = _ours(payment, EventKind.CANCELED, "given_up", "never charged, not wanted any more")
    apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.SYSTEM)
    return 1


def _may_still_be_charged(payment: Payment) -> bool:
    """Whether a charge the provider never heard of is still wanted, all checks made anew."""
    attempt = Attempt.of(payment)
    with transaction.atomic():
        lock_customers([payment.customer_id])
        renewal = (
            AutoRenewal.objects.select_related("method", "plan")
            .filter(customer_id=payment.customer_id, is_on=True)
            .first()
        )
        end = end_of(payment.customer_id)
        if renewal is None or end is None or attempt is None:
            return False
        return (
            renewal.method_id == payment.saved_method_id
            and round(end.timestamp()) == attempt.period_end
            and price_now(renewal.plan, renewal.currency) == payment.amount
            and not is_served_by_provider(payment.customer_id)
            and obstacle(renewal, end) is None
        )


def _request(payment: Payment) -> ChargeRequest:
    """The same for the same payment, always: a provider refuses another body under the same key."""
    return ChargeRequest(
        reference=payment.reference,
        money=payment.money,
        token=payment.saved_method.token if payment.saved_method else "",
        description=f"№ {payment.number}",
        payer_id=payment.customer.payer_id,
        email=payment.customer.email,
    )


def _provider_of(payment: Payment) -> ChargesSavedMethods | None:
    try:
        provider = get_provider(payment.provider)
    except UnknownProvider:
        return None
    return provider if isinstance(provider, ChargesSavedMethods) else None


def _ours(
    payment: Payment, kind: EventKind, what: str, reason: str, *, method_revoked: bool = False
) -> ProviderEvent:
    """What follows from a refusal, in the shape of an event: there is one way for a payment to move."""
    return ProviderEvent(
        kind=kind,
        trust=Trust.SIGNED,
        event_id=f"{payment.reference}:{what}",
        reference=payment.reference,
        reason=reason,
        method_revoked=method_revoked,
    )


def _unanswered(payment: Payment, error: IntegrationError, silent: set[str]) -> int:
    silent.add(payment.provider)
    provider_states.gave_no_answer(payment.provider, error)
    Payment.objects.filter(pk=payment.pk, status__in=Payment.OPEN).update(reason=str(error)[:300])
    log.warning("renewal.unclear", case=payment.case, provider=payment.provider, error=str(error))
    return 0
