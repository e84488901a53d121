"""Charges of a card's token: the payer is not there, the shop is asked all the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from integrations.sandbox.cloudpayments.delivery import tell
from integrations.sandbox.cloudpayments.site import Refused, Site
from integrations.sandbox.cloudpayments.state import AWAITING, COMPLETED, DECLINED, Operation, Order

REASONS = {5051: "InsufficientFunds", 5033: "ExpiredCardPickup", 5034: "SuspectedFraud"}
NOT_ALLOWED = 5005


def charge(site: Site, document: dict[str, Any], request_id: str) -> tuple[Order, Operation]:
    """One charge; the same request id answers with the same one. Raises Refused."""
    with site.hub.lock:
        if replayed := site.state.orders.get(site.state.replays.get(request_id, "")):
            return replayed, replayed.operations[-1]
        order = _ordered(site, document)
        if request_id:
            site.state.replays[request_id] = order.id
        one = site.begin(order, amount=order.amount, currency=order.currency)
        code, waits = site.state.options.charge_code, site.state.options.charge_waits
    if allowed(site, order, one):
        with site.hub.lock:
            settle(site, order, one, code=code, waits=waits)
    if one.status != AWAITING:
        site.hub.spawn(lambda: _tell(site, order, one), "sandbox-cloudpayments-charge")
    return order, one


def allowed(site: Site, order: Order, one: Operation) -> bool:
    """What the shop answers to a Check, where it is on; the attempt ends with its refusal."""
    if not site.state.options.check:
        return True
    notice = tell(site, order, one, "check", "Check: можно ли списать")
    if notice.code == 0:
        return True
    with site.hub.lock:
        one.status, one.reason, one.reason_code = DECLINED, "DoNotHonor", NOT_ALLOWED
        site.note(order, f"магазин не разрешил, код {notice.code}, операция {one.id}")
    return False


def settle(site: Site, order: Order, one: Operation, *, code: int, waits: bool = False) -> None:
    """What the bank says. The caller holds the lock."""
    if waits:
        site.note(order, f"ждёт ответа банка, операция {one.id}")
        return
    one.status = DECLINED if code else COMPLETED
    if code:
        one.reason, one.reason_code = REASONS.get(code, "DoNotHonor"), code
    site.note(order, f"{'отклонено' if code else 'списано без покупателя'}, операция {one.id}")


def _ordered(site: Site, document: dict[str, Any]) -> Order:
    for name in ("Amount", "AccountId", "TrInitiatorCode", "Token"):
        if document.get(name) in (None, ""):
            raise Refused(f"{name} is required")
    token, account = str(document["Token"]), str(document["AccountId"])
    if site.state.tokens.get(token) != account:
        raise Refused("Token is unknown")
    if document["TrInitiatorCode"] == 0 and document.get("PaymentScheduled") not in (0, 1):
        raise Refused("PaymentScheduled is required")
    order = Order(
        id=f"c{uuid4().hex[:15]}",
        number=0,
        invoice_id=str(document.get("InvoiceId") or ""),
        account_id=account,
        amount=Decimal(document["Amount"]),
        currency=str(document.get("Currency") or "RUB"),
        description=str(document.get("Description") or ""),
        created=site.hub.clock.now(),
        token=token,
    )
    site.state.orders[order.id] = order
    return order


def _tell(site: Site, order: Order, one: Operation) -> None:
    if one.status == COMPLETED:
        tell(site, order, one, "pay", "Pay: списано без покупателя")
    else:
        tell(site, order, one, "fail", "Fail: отклонено")
