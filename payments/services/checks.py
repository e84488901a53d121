"""Asking the provider by hand: the customer's button and staff's action."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from integrations.clock import wall_clock
from payments.errors import CheckTooSoon, EventTooEarly, UnknownPayment
from payments.models import Payment, PaymentEvent
from payments.provider import EventKind
from payments.registry import get_provider
from payments.services.transitions import apply_event


def check_payment(*, payment_id: int, origin: PaymentEvent.Origin) -> Payment:
    """Ask the provider about one payment, apply what it says, return the payment as it is then.

    A customer may ask once in CHECK_COOLDOWN_SECONDS (else CheckTooSoon); staff always. Raises the
    IntegrationErrors of the provider, and UnknownPayment where its answer speaks of another order.
    """
    if origin == PaymentEvent.Origin.CHECK:
        _take_turn(payment_id)
    payment = Payment.objects.get(pk=payment_id)
    if payment.external_id:
        event = get_provider(payment.provider).fetch(payment.external_id)
        if event.reference and event.reference != payment.reference:
            raise UnknownPayment("the provider says this id belongs to another order")
        if event.kind is not EventKind.UNKNOWN:
            # A part that went back of money we have not seen: there is nothing to take it from yet.
            with suppress(EventTooEarly):
                apply_event(payment_id=payment_id, event=event, origin=origin, waited=True)
    return Payment.objects.select_related("customer__subscription", "plan").get(pk=payment_id)


def _take_turn(payment_id: int) -> None:
    """One row updated is the permission to ask; two taps at once cannot both have it."""
    cooldown = timedelta(seconds=settings.CHECK_COOLDOWN_SECONDS)
    moment = wall_clock()
    turn = Payment.objects.filter(pk=payment_id).filter(
        Q(checked_at=None) | Q(checked_at__lte=moment - cooldown)
    )
    if turn.update(checked_at=moment):
        return
    last = Payment.objects.values_list("checked_at", flat=True).get(pk=payment_id)
    left = (last + cooldown - moment) if last else cooldown
    raise CheckTooSoon(max(1, round(left.total_seconds())))
