"""What a notification says, its signatures, and what the answer to it means."""

from __future__ import annotations

import json
import time
from typing import Any

import requests

from integrations.sandbox.cloudpayments.site import Site
from integrations.sandbox.cloudpayments.state import Delivery, Operation, Order
from integrations.sandbox.cloudpayments.wire import FORM, JSON, body_of, signatures


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
    if order.subscription:
        common["SubscriptionId"] = order.subscription.id
    if kind == "recurrent":
        return recurrent(order)
    if kind == "cancel":
        return common
    if kind == "refund":
        told = {"PaymentTransactionId": one.parent, "OperationType": "Refund"}
        return common | told | {"Data": one.json_data}
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
        return card | {"Status": one.status, "AuthCode": "A1B2C3", "Token": order.token}
    card["OperationType"] = "Payment"
    if kind == "fail":
        return card | {"Reason": one.reason, "ReasonCode": one.reason_code}
    if kind == "check":
        return card | {"Status": "Completed"}
    return card | {
        "Status": one.status,
        "GatewayName": "Test",
        "TotalFee": "0.00",
        "Token": order.token,
    }


def recurrent(order: Order) -> dict[str, Any]:
    """A subscription's new status."""
    told = order.subscription
    if told is None:
        raise ValueError("the order has no subscription")
    return {
        "Id": told.id,
        "AccountId": order.account_id,
        "Description": order.description,
        "Email": "",
        "Amount": order.amount,
        "Currency": order.currency,
        "RequireConfirmation": "0",
        "StartDate": told.start.strftime("%Y-%m-%d %H:%M:%S"),
        "Interval": told.interval,
        "Period": told.period,
        "Status": told.status,
        "SuccessfulTransactionsNumber": told.successful,
        "FailedTransactionsNumber": told.failed,
    }


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
    return site.log(
        order,
        Delivery,
        kind=kind,
        label=label,
        body=body.decode(),
        headers=headers | {"Content-Type": FORM if form else JSON},
    )


def deliver(site: Site, order: Order, delivery: Delivery) -> None:
    """Send once, and repeat in the background what was not accepted: the payer does not wait for
    repeats. No lock is held.
    """
    began = time.monotonic()
    if not site.attempt(order, delivery):
        site.hub.spawn(lambda: site.repeat(order, delivery, began), "sandbox-cloudpayments-call")


def tell(site: Site, order: Order, one: Operation, kind: str, label: str) -> Delivery:
    with site.hub.lock:
        notice = prepare(site, order, kind, fields(order, one, kind), label=label)
    deliver(site, order, notice)
    return notice


def code_of(answer: requests.Response | None) -> int | None:
    """`code` of a JSON answer with HTTP 200; anything else counts as none."""
    if answer is None or answer.status_code != 200:
        return None
    if not answer.headers.get("Content-Type", "").startswith(JSON):
        return None
    try:
        document = json.loads(answer.text)
    except ValueError:
        return None
    code = document.get("code") if isinstance(document, dict) else None
    return code if isinstance(code, int) else None
