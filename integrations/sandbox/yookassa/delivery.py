"""Notifications to the product: sent in a thread of their own, repeated on their schedule until 200."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from integrations.sandbox.yookassa.shop import Shop
from integrations.sandbox.yookassa.state import Delivery, Payment
from integrations.sandbox.yookassa.wire import Document, notification

TIMEOUT = 15.0
KEPT = 60


def prepare(
    shop: Shop, payment: Payment, *, event: str, subject: Document, label: str, address: str = ""
) -> Delivery:
    """Enter a notification into the payment's log; the caller holds the lock and then calls `launch`."""
    shop.state.last_delivery += 1
    delivery = Delivery(
        number=shop.state.last_delivery,
        at=shop.hub.clock.now(),
        label=label,
        event=event,
        body=notification(event, subject),
        address=address or shop.state.options.address,
    )
    payment.deliveries.append(delivery)
    del payment.deliveries[:-KEPT]
    payment.revision = shop.hub.changed()
    return delivery


def launch(
    shop: Shop,
    payment: Payment,
    *deliveries: Delivery,
    together: bool = False,
    delay: float = 0.0,
) -> None:
    """Send in the background: one after the other, or all at the same instant."""
    batches = [[one] for one in deliveries] if together else [list(deliveries)]
    gate = threading.Barrier(len(batches)) if together else None
    for batch in batches:
        shop.hub.spawn(_sender(shop, payment, batch, delay, gate), "sandbox-yookassa-notification")


def _sender(
    shop: Shop,
    payment: Payment,
    batch: list[Delivery],
    delay: float,
    gate: threading.Barrier | None,
) -> Callable[[], None]:
    def run() -> None:
        shop.hub.stopping.wait(delay)
        if gate is not None:
            gate.wait()
        for delivery in batch:
            _deliver(shop, payment, delivery)

    return run


def _deliver(shop: Shop, payment: Payment, delivery: Delivery) -> None:
    """Try until 200 or until the schedule ends; it names seconds after the first try."""
    first = time.monotonic()
    for offset in (0.0, *shop.state.options.retry_seconds):
        shop.hub.stopping.wait(max(0.0, first + offset - time.monotonic()))
        if shop.hub.stopping.is_set() or _attempt(shop, payment, delivery):
            return


def _attempt(shop: Shop, payment: Payment, delivery: Delivery) -> bool:
    started = time.monotonic()
    url = shop.callback_url
    status, said = 0, ""
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url,
                data=delivery.body.encode(),
                headers={
                    "Content-Type": "application/json",
                    # The sandbox stands where the product's own proxy would.
                    "X-Forwarded-For": delivery.address,
                },
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        status, said = answer.status_code, answer.text[:500]
    except requests.RequestException as error:
        said = type(error).__name__
    ms = round((time.monotonic() - started) * 1000)
    with shop.hub.lock:
        delivery.attempts.append(f"{status or said} · {ms} мс")
        delivery.done = status == 200
        payment.revision = shop.hub.changed()
        entry: dict[str, Any] = {
            "service": shop.slug,
            "direction": "out",
            "method": "POST",
            "path": url,
            "operation": "notification",
            "subject": payment.id,
            "status": status,
            "ms": ms,
            "fault": "",
            "request": delivery.body[:2000],
            "answer": said,
        }
        shop.hub.journal.add(at=shop.hub.clock.now().isoformat(timespec="milliseconds"), **entry)
    return delivery.done
