"""What the news of a payment mean for a sum that is held, inside the transaction that moves the payment."""

from __future__ import annotations

from integrations.clock import now
from integrations.services import outbox
from payments.models import Payment
from payments.provider import EventKind, ProviderEvent


def follow_locked(payment: Payment, event: ProviderEvent) -> None:
    """Write down that money is held, and say when it goes back; the money that is taken is an ordinary PAID."""
    if event.held and payment.is_open and payment.held_at is None:
        payment.held_at = now()
        payment.save(update_fields=["held_at"])
        _announce(payment, "payment.held")
        return
    ended = event.kind in (EventKind.CANCELED, EventKind.FAILED) and payment.is_open
    if ended and payment.held_at is not None:
        _announce(payment, "hold.released")


def _announce(payment: Payment, topic: str) -> None:
    outbox.publish(
        topic, {"payment_id": payment.pk}, key=f"{topic}:{payment.pk}", case=payment.case
    )
