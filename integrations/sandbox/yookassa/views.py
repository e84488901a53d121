"""What a payment looks like for the bank page and for tests."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.yookassa.shop import Shop
from integrations.sandbox.yookassa.state import METHODS, STATUS_NAMES, Payment


def payment_view(shop: Shop, payment: Payment) -> dict[str, Any]:
    view: dict[str, Any] = snapshot.dump(payment)
    return view | {
        "order_id": payment.order_id,
        "status_name": STATUS_NAMES[payment.status],
        "method_name": METHODS[payment.method],
        "pay_url": shop.pay_url(payment),
    }
