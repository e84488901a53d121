"""What a notification says, and where it seems to come from."""

from __future__ import annotations

from integrations.sandbox.yookassa.shop import Shop
from integrations.sandbox.yookassa.state import Delivery, Payment
from integrations.sandbox.yookassa.wire import Document, notification


def prepare(
    shop: Shop, payment: Payment, *, event: str, subject: Document, label: str, address: str = ""
) -> Delivery:
    """Enter a notification into the payment's log; the caller holds the lock and then launches it."""
    return shop.log(
        payment,
        Delivery,
        label=label,
        event=event,
        body=notification(event, subject),
        address=address or shop.state.options.address,
    )
