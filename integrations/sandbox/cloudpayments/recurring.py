"""Subscriptions the site charges by itself. A charge happens when a test, or a person on the bank page, says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from integrations.sandbox.cloudpayments import tokens
from integrations.sandbox.cloudpayments.delivery import deliver, prepare, recurrent, tell
from integrations.sandbox.cloudpayments.site import Refused, Site, ticks
from integrations.sandbox.cloudpayments.state import COMPLETED, Order, Subscription
from integrations.sandbox.core.provider import How

CHARGED = ("Active", "PastDue")
MOST_FAILURES = 3
DAYS = {"Day": 1, "Week": 7, "Month": 30}
NO_MONEY = 5051
CODES = {"Active": 0, "PastDue": 1, "Cancelled": 2, "Rejected": 3, "Expired": 4}


def create(site: Site, document: dict[str, Any], *, request_id: str = "") -> Order:
    if replayed := site.state.orders.get(site.state.replays.get(request_id, "")):
        return replayed
    for name in (
        "Token",
        "AccountId",
        "Description",
        "Amount",
        "Currency",
        "StartDate",
        "Interval",
    ):
        if not document.get(name):
            raise Refused(f"{name} is required")
    account, token = str(document["AccountId"]), str(document["Token"])
    if site.state.tokens.get(token) != account:
        raise Refused("Token is unknown")
    start = datetime.fromisoformat(str(document["StartDate"]))
    if start <= site.hub.clock.now():
        raise Refused("StartDate must be in the future")
    name = f"sc_{uuid4().hex[:16]}"
    order = Order(
        id=name,
        number=0,
        invoice_id="",
        account_id=account,
        amount=Decimal(document["Amount"]),
        currency=str(document["Currency"]),
        description=str(document["Description"]),
        created=site.hub.clock.now(),
        token=token,
        subscription=Subscription(
            id=name,
            token=token,
            start=start,
            next=start,
            interval=str(document["Interval"]),
            period=int(document.get("Period") or 1),
        ),
    )
    site.state.orders[order.id] = order
    if request_id:
        site.state.replays[request_id] = order.id
    site.note(order, "подписка оформлена")
    return order


def named(site: Site, document: dict[str, Any]) -> Order:
    order = site.state.orders.get(str(document.get("Id")))
    if order is None or order.subscription is None:
        raise Refused("Not found")
    return order


def of_account(site: Site, account: str) -> list[Order]:
    return [
        one for one in site.state.orders.values() if one.subscription and one.account_id == account
    ]


def update(site: Site, document: dict[str, Any]) -> Order:
    """Another sum; revives what was cancelled, and tells nobody."""
    order = named(site, document)
    if document.get("Amount"):
        order.amount = Decimal(document["Amount"])
    _of(order).status = "Active"
    site.note(order, f"подписка изменена: {order.amount:f}")
    return order


def cancel(site: Site, order: Order) -> None:
    if _of(order).status in CHARGED:
        _becomes(site, order, "Cancelled")


def charge(site: Site, order: Order, how: How) -> None:
    """A charge on schedule."""
    _run(site, order, code=0)


def decline(site: Site, order: Order, how: How) -> None:
    """A charge that fails; after the third in a row there are no more."""
    _run(site, order, code=NO_MONEY)


def model(order: Order) -> dict[str, Any]:
    told = _of(order)
    return {
        "Id": told.id,
        "AccountId": order.account_id,
        "Description": order.description,
        "Email": None,
        "Amount": order.amount,
        "Currency": order.currency,
        "CurrencyCode": 0,
        "RequireConfirmation": False,
        "StartDate": ticks(told.start),
        "StartDateIso": told.start.strftime("%Y-%m-%dT%H:%M:%S"),
        "IntervalCode": 1,
        "Interval": told.interval,
        "Period": told.period,
        "MaxPeriods": None,
        "StatusCode": CODES[told.status],
        "Status": told.status,
        "SuccessfulTransactionsNumber": told.successful,
        "FailedTransactionsNumber": told.failed,
        "NextTransactionDateIso": told.next.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _run(site: Site, order: Order, *, code: int) -> None:
    told = _of(order)
    with site.hub.lock:
        if told.status not in CHARGED:
            site.note(order, f"не списывается: подписка {told.status}")
            return
        one = site.begin(order, amount=order.amount, currency=order.currency)
    if tokens.allowed(site, order, one):
        with site.hub.lock:
            tokens.settle(site, order, one, code=code)
    if one.status == COMPLETED:
        tell(site, order, one, "pay", "Pay: списано по подписке")
    else:
        tell(site, order, one, "fail", "Fail: списание по подписке отклонено")
    with site.hub.lock:
        told.last = site.hub.clock.now()
        if one.status == COMPLETED:
            told.successful, told.failed = told.successful + 1, 0
            told.next += timedelta(days=DAYS[told.interval] * told.period)
            status = "Active"
        else:
            told.failed += 1
            told.next += timedelta(days=1)
            status = "Rejected" if told.failed >= MOST_FAILURES else "PastDue"
        if status != told.status:
            _becomes(site, order, status)


def _becomes(site: Site, order: Order, status: str) -> None:
    """The caller holds the lock; the news go out in the background."""
    _of(order).status = status
    site.note(order, f"подписка: {status}")
    notice = prepare(site, order, "recurrent", recurrent(order), label=f"Recurrent: {status}")
    site.hub.spawn(lambda: deliver(site, order, notice), "sandbox-cloudpayments-recurrent")


def _of(order: Order) -> Subscription:
    if order.subscription is None:
        raise Refused("Not found")
    return order.subscription
