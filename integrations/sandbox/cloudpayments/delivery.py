"""Notifications to the product: built, sent, repeated until `{"code":0}`, written into the order's log."""

from __future__ import annotations

import json
import time
from typing import Any

import requests

from integrations.sandbox.cloudpayments.site import Site
from integrations.sandbox.cloudpayments.state import Delivery, Operation, Order
from integrations.sandbox.cloudpayments.wire import FORM, JSON, body_of, signatures

TIMEOUT = 15.0
KEPT = 60


def fields(order: Order, one: Operation, kind: str) -> dict[str, Any]:
    """The documented fields of one type; what tells the types apart is in the address only."""
    common: dict[str, Any] = {
        "TransactionId": one.id,
        "Amount": one.amount,
        "DateTime": one.created.strftime("%Y-%m-%d %H:%M:%S"),
        "InvoiceId": order.invoice_id,
        "AccountId": order.account_id,
        "Email": "",
        "Data": "",
    }
    if kind == "cancel":
        return common
    if kind == "refund":
        return common | {"PaymentTransactionId": one.parent, "OperationType": "Refund"}
    card: dict[str, Any] = common | {
        "Currency": one.currency,
        "PaymentAmount": one.amount,
        "PaymentCurrency": one.currency,
        "CardFirstSix": "424242",
        "CardLastFour": "4242",
        "CardType": "Visa",
        "CardExpDate": "12/30",
        "TestMode": 1,
        "Description": order.description,
        "Name": "ANNA KARENINA",
    }
    if kind == "confirm":
        return card | {"Status": one.status, "AuthCode": "A1B2C3"}
    card["OperationType"] = "Payment"
    if kind == "fail":
        return card | {"Reason": one.reason, "ReasonCode": one.reason_code}
    if kind == "check":
        return card | {"Status": "Completed"}
    return card | {"Status": one.status, "GatewayName": "Test", "TotalFee": "0.00", "Token": "tk_1"}


def prepare(
    site: Site,
    order: Order,
    kind: str,
    said: dict[str, Any],
    *,
    label: str,
    spoil: bool = False,
    omit: bool = False,
) -> Delivery:
    """Sign and enter into the order's log; the caller holds the lock."""
    form = site.state.options.format == "form"
    body = body_of(said, form=form)
    headers = {} if omit else signatures(body, site.secret, form=form)
    if spoil:
        headers = {name: value[::-1] for name, value in headers.items()}
    site.state.last_delivery += 1
    delivery = Delivery(
        number=site.state.last_delivery,
        at=site.hub.clock.now(),
        kind=kind,
        label=label,
        body=body.decode(),
        headers=headers | {"Content-Type": FORM if form else JSON},
    )
    order.deliveries.append(delivery)
    del order.deliveries[:-KEPT]
    order.revision = site.hub.changed()
    return delivery


def deliver(site: Site, order: Order, delivery: Delivery) -> None:
    """Send once, and repeat in the background what was not accepted; a Check is asked once.

    The payer does not wait for repeats. No lock is held.
    """
    if not _attempt(site, order, delivery) and delivery.kind != "check":
        site.hub.spawn(lambda: _repeat(site, order, delivery), "sandbox-cloudpayments-callback")


def _repeat(site: Site, order: Order, delivery: Delivery) -> None:
    for pause in site.state.options.retry_seconds:
        site.hub.stopping.wait(pause)
        if site.hub.stopping.is_set() or _attempt(site, order, delivery):
            return


def _attempt(site: Site, order: Order, delivery: Delivery) -> bool:
    started = time.monotonic()
    url = f"{site.callback_url}/{delivery.kind}"
    status, said, code = 0, "", None
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                url,
                data=delivery.body.encode(),
                headers=delivery.headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        status, said = answer.status_code, answer.text[:500]
        code = _code(answer)
    except requests.RequestException as error:
        said = type(error).__name__
    ms = round((time.monotonic() - started) * 1000)
    with site.hub.lock:
        delivery.attempts.append(
            f"{status or said} · код {'—' if code is None else code} · {ms} мс"
        )
        delivery.code = code
        delivery.done = code is not None if delivery.kind == "check" else code == 0
        order.revision = site.hub.changed()
        site.hub.journal.add(
            at=site.hub.clock.now().isoformat(timespec="milliseconds"),
            service=site.slug,
            direction="out",
            method="POST",
            path=url,
            operation=delivery.kind,
            subject=order.id,
            status=status,
            ms=ms,
            fault="",
            request=delivery.body[:2000],
            answer=said,
        )
    return delivery.done


def _code(answer: requests.Response) -> int | None:
    """`code` of a JSON answer with HTTP 200; anything else counts as none."""
    if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith(JSON):
        return None
    try:
        document = json.loads(answer.text)
    except ValueError:
        return None
    code = document.get("code") if isinstance(document, dict) else None
    return code if isinstance(code, int) else None
