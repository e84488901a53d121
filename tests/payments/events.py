"""Provider events as tests speak of them."""

from __future__ import annotations

from decimal import Decimal

from payments.models import Payment, PaymentEvent
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services.transitions import apply_event


def event(
    payment: Payment, kind: EventKind, *, amount: str = "199.00", currency: str = "RUB", **fields
) -> ProviderEvent:
    return ProviderEvent(
        kind=kind,
        trust=Trust.SIGNED,
        event_id=fields.pop("event_id", f"{payment.reference}:{kind}"),
        reference=payment.reference,
        external_id=payment.external_id,
        money=Money(Decimal(amount), currency),
        **fields,
    )


def send(payment: Payment, kind: EventKind, **fields) -> PaymentEvent.Outcome:
    """Apply one event as a callback would; the payment is refreshed."""
    outcome = apply_event(
        payment_id=payment.pk,
        event=event(payment, kind, **fields),
        origin=PaymentEvent.Origin.CALLBACK,
    )
    payment.refresh_from_db()
    return outcome
