"""Callbacks to the product: built, sent in a thread of their own, repeated until 2xx, written into
the order's log.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from integrations.sandbox.oneplat.shop import Shop, moment
from integrations.sandbox.oneplat.state import Delivery, Order
from integrations.sandbox.oneplat.wire import Payload, signed_body

TIMEOUT = 15.0
KEPT = 60


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
    """Sign and enter into the order's log; the caller holds the lock and then calls `launch`."""
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
    shop.state.last_delivery += 1
    delivery = Delivery(
        number=shop.state.last_delivery,
        at=shop.hub.clock.now(),
        label=label,
        status=int(fields["status"]),
        body=body.decode(),
    )
    order.deliveries.append(delivery)
    del order.deliveries[:-KEPT]
    order.revision = shop.hub.changed()
    return delivery


def launch(
    shop: Shop,
    order: Order,
    deliveries: list[Delivery],
    *,
    together: bool = False,
    delay: float = 0.0,
) -> None:
    """Send in the background: one after the other, or all at the same instant."""
    if together:
        barrier = threading.Barrier(len(deliveries))
        for delivery in deliveries:
            shop.hub.spawn(
                _sender(shop, order, [delivery], delay, barrier.wait), "sandbox-oneplat-callback"
            )
    else:
        shop.hub.spawn(_sender(shop, order, deliveries, delay, None), "sandbox-oneplat-callback")


def _sender(
    shop: Shop,
    order: Order,
    deliveries: list[Delivery],
    delay: float,
    gate: Callable[[], Any] | None,
) -> Callable[[], None]:
    def run() -> None:
        shop.hub.stopping.wait(delay)
        if gate is not None:
            gate()
        for delivery in deliveries:
            _deliver(shop, order, delivery)

    return run


def _deliver(shop: Shop, order: Order, delivery: Delivery) -> None:
    """Try until 2xx or until the schedule ends."""
    for pause in (*shop.state.options.retry_seconds, None):
        if shop.hub.stopping.is_set() or _attempt(shop, order, delivery) or pause is None:
            return
        shop.hub.stopping.wait(pause)


def _attempt(shop: Shop, order: Order, delivery: Delivery) -> bool:
    started = time.monotonic()
    url = shop.callback_url
    status, said = 0, ""
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url,
                data=delivery.body.encode(),
                headers={"Content-Type": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        status, said = answer.status_code, answer.text[:500]
    except requests.RequestException as error:
        said = type(error).__name__
    ms = round((time.monotonic() - started) * 1000)
    with shop.hub.lock:
        delivery.attempts.append(f"{status or said} · {ms} мс")
        delivery.done = 200 <= status < 300
        order.revision = shop.hub.changed()
        shop.hub.journal.add(
            at=shop.hub.clock.now().isoformat(timespec="milliseconds"),
            service=shop.slug,
            direction="out",
            method="POST",
            path=url,
            operation="callback",
            subject=order.guid,
            status=status,
            ms=ms,
            fault="",
            request=delivery.body[:2000],
            answer=said,
        )
    return delivery.done
