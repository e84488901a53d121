"""Updates to the product: built, sent in a thread of their own, repeated until 2xx, written into the invoice's log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from integrations.sandbox.cryptobot.app import App
from integrations.sandbox.cryptobot.state import Delivery, Invoice
from integrations.sandbox.cryptobot.wire import Payload, moment, printed, signature

TIMEOUT = 15.0
KEPT = 60
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
    """Sign and enter into the invoice's log; the caller holds the lock and then calls `launch`."""
    if body is None:
        body = printed(document or update(app, invoice))
    app.state.last_delivery += 1
    delivery = Delivery(
        number=app.state.last_delivery,
        at=app.hub.clock.now(),
        label=label,
        body=body.decode(),
        signature=signature(body, app.token) if signed == RIGHT else signed,
    )
    invoice.deliveries.append(delivery)
    del invoice.deliveries[:-KEPT]
    invoice.revision = app.hub.changed()
    return delivery


def launch(
    app: App,
    invoice: Invoice,
    deliveries: list[Delivery],
    *,
    together: bool = False,
    delay: float = 0.0,
) -> None:
    """Send in the background: one after the other, or all at the same instant."""
    groups = [[one] for one in deliveries] if together else [deliveries]
    gate = threading.Barrier(len(groups)).wait if together else None
    for group in groups:
        app.hub.spawn(_sender(app, invoice, group, delay, gate), "sandbox-cryptobot-update")


def _sender(
    app: App,
    invoice: Invoice,
    deliveries: list[Delivery],
    delay: float,
    gate: Callable[[], Any] | None,
) -> Callable[[], None]:
    def run() -> None:
        app.hub.stopping.wait(delay)
        if gate is not None:
            gate()
        for delivery in deliveries:
            _deliver(app, invoice, delivery)

    return run


def _deliver(app: App, invoice: Invoice, delivery: Delivery) -> None:
    """Try until 2xx or until the schedule ends."""
    for pause in (*app.state.options.retry_seconds, None):
        if app.hub.stopping.is_set() or _attempt(app, invoice, delivery) or pause is None:
            return
        app.hub.stopping.wait(pause)


def _attempt(app: App, invoice: Invoice, delivery: Delivery) -> bool:
    started = time.monotonic()
    url = app.callback_url
    status, said = 0, ""
    headers = {"Content-Type": "application/json"}
    if delivery.signature is not None:
        headers["crypto-pay-api-signature"] = delivery.signature
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url,
                data=delivery.body.encode(),
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        status, said = answer.status_code, answer.text[:500]
    except requests.RequestException as error:
        said = type(error).__name__
    ms = round((time.monotonic() - started) * 1000)
    with app.hub.lock:
        delivery.attempts.append(f"{status or said} · {ms} мс")
        delivery.done = 200 <= status < 300
        invoice.revision = app.hub.changed()
        app.hub.journal.add(
            at=app.hub.clock.now().isoformat(timespec="milliseconds"),
            service=app.slug,
            direction="out",
            method="POST",
            path=url,
            operation="update",
            subject=str(invoice.invoice_id),
            status=status,
            ms=ms,
            fault="",
            request=delivery.body[:2000],
            answer=said,
        )
    return delivery.done
