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
