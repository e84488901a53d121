"""What an update says, and its signature."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.cryptobot.app import App
from integrations.sandbox.cryptobot.state import Delivery, Invoice
from integrations.sandbox.cryptobot.wire import Payload, moment, printed, signature

RIGHT = "right"  # sign properly


def update(app: App, invoice: Invoice, **changes: Any) -> Payload:
    """The one documented type of update; `changes` are those of the invoice in it."""
    app.state.last_update += 1
    return {
        "update_id": app.state.last_update,
        "update_type": "invoice_paid",
        "request_date": moment(app.hub.clock.now()),
        "payload": app.wire(invoice) | changes,
    }


def prepare(
    app: App,
    invoice: Invoice,
    *,
    label: str,
    document: Payload | None = None,
    body: bytes | None = None,
    signed: str | None = RIGHT,
) -> Delivery:
    """Sign and enter into the invoice's log; the caller holds the lock and then launches it."""
    if body is None:
        body = printed(document or update(app, invoice))
    made = signature(body, app.token) if signed == RIGHT else signed
    return app.log(invoice, Delivery, label=label, body=body.decode(), signature=made)
