"""What an invoice looks like for its page and for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.cryptobot.app import App
from integrations.sandbox.cryptobot.state import ACTIVE, RATES, STATUS_NAMES, Invoice
from integrations.sandbox.cryptobot.wire import number


def invoice_view(app: App, invoice: Invoice) -> dict[str, Any]:
    view: dict[str, Any] = snapshot.dump(app.aged(invoice))
    return view | {
        "status_name": STATUS_NAMES[invoice.status],
        "price": number(invoice.amount),
        "currency": invoice.fiat or invoice.asset,
        "open": invoice.status == ACTIVE,
        "paid": invoice.paid,
        "pay_url": app.pay_url(invoice),
        "coins": [
            {"asset": asset, "amount": number(Decimal(f"{invoice.amount / RATES[asset]:.6g}"))}
            for asset in invoice.accepted_assets
        ],
    }
