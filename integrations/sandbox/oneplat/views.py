"""What an order looks like for the bank page and for tests."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.oneplat.shop import Shop
from integrations.sandbox.oneplat.state import METHODS, STATUS_NAMES, Order


def order_view(shop: Shop, order: Order) -> dict[str, Any]:
    view: dict[str, Any] = snapshot.dump(order)
    return view | {
        "status_name": STATUS_NAMES[order.status],
        "method_name": METHODS.get(order.method, "не выбран"),
        "is_expired": order.status in (-1, 0) and order.expired < shop.hub.clock.now(),
        "paid": order.paid,
        "pay_url": shop.pay_url(order),
    }
