"""Two-stage payments: a person takes the held sum, or lets it go. Nothing held ever gives access."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from integrations.errors import ServiceRefused
from payments.abilities import HoldsMoney
from payments.errors import NothingHeld, UnknownPayment
from payments.models import Payment, PaymentEvent
from payments.provider import PaymentProvider, ProviderEvent
from payments.registry import get_provider
from payments.services.locks import lock_customers
from payments.services.transitions import apply_event


def capture_hold(*, payment_id: int, amount: Decimal) -> Payment:
    """Take `amount` of the held sum (all of it, or less: the rest goes back to the payer at once).

    Less than was ordered is a discount: it is written down before the provider is asked, and taken back where the
    provider refuses. Raises NothingHeld, the provider's IntegrationErrors (nothing is known: press again) and
    UnknownPayment where its answer speaks of another order.
    """
    payment, provider, held = _held(payment_id)
    before = payment.amount
    if not 0 < amount <= before:
        raise NothingHeld(f"{amount} of {before}")
    _agree(payment, amount)
    try:
        event = provider.capture(held, money=payment.money)
    except ServiceRefused:
        _agree(payment, before)
        raise
    return _apply(payment, event)


def release_hold(*, payment_id: int) -> Payment:
    """Let the held sum go back to the payer. Raises as `capture_hold` does."""
    payment, provider, held = _held(payment_id)
    return _apply(payment, provider.release(held))


def _held(payment_id: int) -> tuple[Payment, HoldsMoney, ProviderEvent]:
    """The payment, its provider, and what the provider says of the hold now. No transaction is open."""
    payment = Payment.objects.get(pk=payment_id)
    if not payment.is_open or payment.held_at is None:
        raise NothingHeld(payment.status)
    provider: PaymentProvider = get_provider(payment.provider)
    if not isinstance(provider, HoldsMoney):
        raise NothingHeld(payment.provider)
    told = provider.fetch(payment.external_id)
    if told.reference != payment.reference:
        raise UnknownPayment("the provider says this id belongs to another order")
    return payment, provider, told


def _agree(payment: Payment, amount: Decimal) -> None:
    """Make `amount` the sum of the payment; what it is less by, or more, is discount. Raises NothingHeld."""
    with transaction.atomic():
        lock_customers([payment.customer_id])
        fresh = Payment.objects.select_for_update().get(pk=payment.pk)
        if not fresh.is_open:
            raise NothingHeld(fresh.status)
        fresh.discount += fresh.amount - amount
        fresh.amount = amount
        fresh.save(update_fields=["amount", "discount"])
    payment.amount, payment.discount = fresh.amount, fresh.discount


def _apply(payment: Payment, event: ProviderEvent) -> Payment:
    apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.STAFF)
    return Payment.objects.select_related("customer__subscription", "plan").get(pk=payment.pk)
