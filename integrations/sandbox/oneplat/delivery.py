"""What a callback says, and its signatures."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.oneplat.shop import Shop, moment
from integrations.sandbox.oneplat.state import Delivery, Order
from integrations.sandbox.oneplat.wire import Payload, signed_body


def payload(shop: Shop, order: Order, *, status: int, **changes: Any) -> Payload:
    """The documented fields in the documented order: ids are strings, status and sums numbers."""
    sums = shop.sums(order)
    fields: Payload = {
        "payment_id": str(order.id),
        "guid": order.guid,
        "merchant_id": shop.merchant_id(order),
        "user_id": order.user_id,
        "status": status,
        "amount": sums["amount"],
        "amount_to_pay": sums["amount_to_pay"],
        "amount_to_shop": sums["amount_to_shop"],
        "expired": moment(order.expired),
    }
    return fields | changes


def prepare(
    shop: Shop,
    order: Order,
    *,
    label: str,
    fields: Payload,
    spoil: tuple[str, ...] = (),
    omit: tuple[str, ...] = (),
) -> Delivery:
    """Sign and enter into the order's log; the caller holds the lock and then launches it."""
    options = shop.state.options
    body = signed_body(
        fields,
        shop_id=shop.shop_id,
        secret=shop.secret,
        variant=options.variant,
        style=options.number_style,
        spoil=spoil,
        omit=omit,
    )
    status = int(fields["status"])
    return shop.log(order, Delivery, label=label, status=status, body=body.decode())
