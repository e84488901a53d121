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


def overview(shop: Shop) -> dict[str, Any]:
    """Newest first."""
    return {
        "epoch": shop.hub.epoch,
        "revision": shop.hub.revision,
        "now": shop.hub.clock.now().isoformat(),
        "callback_url": shop.callback_url,
        "options": snapshot.dump(shop.state.options),
        "faults": [snapshot.dump(one) for one in shop.hub.faults.of(shop.slug)],
        "orders": [order_view(shop, one) for one in reversed(list(shop.state.orders.values()))],
    }
