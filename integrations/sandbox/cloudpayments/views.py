"""What an order looks like for the bank page and for tests."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.cloudpayments.site import Site
from integrations.sandbox.cloudpayments.state import STATUS_NAMES, Order
from integrations.sandbox.core import snapshot


def order_view(site: Site, order: Order) -> dict[str, Any]:
    view: dict[str, Any] = snapshot.dump(order)
    refunded = sum(one.amount for one in order.operations if one.parent)
    return view | {
        "status": order.status,
        "status_name": STATUS_NAMES[order.status],
        "paid": order.paid,
        "refunded": str(refunded),
        "pay_url": site.pay_url(order),
    }


def overview(site: Site) -> dict[str, Any]:
    """Newest first."""
    return {
        "epoch": site.hub.epoch,
        "revision": site.hub.revision,
        "callback_url": site.callback_url,
        "options": snapshot.dump(site.state.options),
        "faults": [snapshot.dump(one) for one in site.hub.faults.of(site.slug)],
        "orders": [order_view(site, one) for one in reversed(list(site.state.orders.values()))],
    }
