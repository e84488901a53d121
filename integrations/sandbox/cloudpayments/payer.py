"""Every way an order gets paid, and every way the news of it goes wrong. Each mode is one row of
`MODES`; it runs in a thread of its own, because a Check is asked before anything is charged.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from integrations.sandbox.cloudpayments import recurring
from integrations.sandbox.cloudpayments.delivery import deliver, fields, prepare, tell
from integrations.sandbox.cloudpayments.site import Site
from integrations.sandbox.cloudpayments.state import (
    AUTHORIZED,
    CANCELLED,
    COMPLETED,
    DECLINED,
    Operation,
    Order,
)
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.provider import How

Mode = Callable[[Site, Order, How], None]


def _begin(
    site: Site, order: Order, *, amount: Decimal | None = None, currency: str = ""
) -> Operation:
    with site.hub.lock:
        return site.begin(order, amount=amount or order.amount, currency=currency or order.currency)


def _allowed(site: Site, order: Order, one: Operation) -> bool:
    """Ask the shop, where Check is on; its refusal ends the attempt."""
    if not site.state.options.check:
        return True
    notice = tell(site, order, one, "check", "Check: можно ли списать")
    if notice.code == 0:
        return True
    _become(site, order, one, DECLINED, f"магазин не разрешил, код {notice.code}")
    return False


def _become(site: Site, order: Order, one: Operation, status: str, note: str) -> None:
    with site.hub.lock:
        one.status = status
        if status in (COMPLETED, AUTHORIZED):
            site.token_of(order)
        site.note(order, f"{note}, операция {one.id}")


def _charge(
    site: Site,
    order: Order,
    *,
    status: str = COMPLETED,
    amount: Decimal | None = None,
    currency: str = "",
    check: bool = True,
) -> Operation | None:
    one = _begin(site, order, amount=amount, currency=currency)
    if check and not _allowed(site, order, one):
        return None
    _become(site, order, one, status, "оплачен" if status == COMPLETED else "деньги заморожены")
    return one


def pay(site: Site, order: Order, how: How) -> None:
    if order.two_stage:
        authorize(site, order, how)
    elif one := _charge(site, order):
        tell(site, order, one, "pay", "Pay: оплачен")


def late(site: Site, order: Order, how: How) -> None:
    """Nobody asks the shop whether the order may still be paid."""
    if one := _charge(site, order, check=False):
        tell(site, order, one, "pay", "Pay без Check")


def less(site: Site, order: Order, how: How) -> None:
    _other(site, order, how.amount or max(order.amount - 50, Decimal(1)), "меньше")


def more(site: Site, order: Order, how: How) -> None:
    _other(site, order, how.amount or order.amount + 50, "больше")


def _other(site: Site, order: Order, amount: Decimal, label: str) -> None:
    if one := _charge(site, order, amount=amount, check=False):
        tell(site, order, one, "pay", f"Pay: оплачено {label}")


def currency(site: Site, order: Order, how: How) -> None:
    if one := _charge(site, order, currency="USD", check=False):
        tell(site, order, one, "pay", "Pay: другая валюта")


def decline(site: Site, order: Order, how: How) -> None:
    one = _begin(site, order)
    if _allowed(site, order, one):
        one.reason, one.reason_code = "InsufficientFunds", 5051
        _become(site, order, one, DECLINED, "отклонён: мало денег")
        tell(site, order, one, "fail", "Fail: отклонён")


def retry(site: Site, order: Order, how: How) -> None:
    """The payer tries another card in the same form."""
    decline(site, order, how)
    pay(site, order, how)


def authorize(site: Site, order: Order, how: How) -> None:
    if one := _charge(site, order, status=AUTHORIZED):
        tell(site, order, one, "pay", "Pay: деньги заморожены")


def _held(order: Order) -> Operation:
    for one in order.payments:
        if one.status == AUTHORIZED:
            return one
    raise ControlError("nothing is held", 409)


def confirm(site: Site, order: Order, how: How) -> None:
    one = _held(order)
    _become(site, order, one, COMPLETED, "списано подтверждением")
    tell(site, order, one, "confirm", "Confirm: списано")


def void(site: Site, order: Order, how: How) -> None:
    one = _held(order)
    _become(site, order, one, CANCELLED, "заморозка снята")
    tell(site, order, one, "cancel", "Cancel: отменён")


def reordered(site: Site, order: Order, how: How) -> None:
    """The news of the confirmation overtakes the news of the hold."""
    one = _charge(site, order, status=AUTHORIZED)
    if one is None:
        return
    with site.hub.lock:
        overtaken = prepare(
            site, order, "pay", fields(order, one, "pay"), label="Pay: заморожен, опоздал"
        )
    confirm(site, order, how)
    deliver(site, order, overtaken)


def lost(site: Site, order: Order, how: How) -> None:
    if _charge(site, order):
        with site.hub.lock:
            site.note(order, "Pay потерян: продукту ничего не послано")


def slow(site: Site, order: Order, how: How) -> None:
    if one := _charge(site, order):
        site.hub.stopping.wait(how.seconds)
        tell(site, order, one, "pay", f"Pay с задержкой {how.seconds:g} с")


def duplicated(site: Site, order: Order, how: How) -> None:
    one = _charge(site, order)
    if one is None:
        return
    count = max(how.count, 1)
    with site.hub.lock:
        said = fields(order, one, "pay")
        copies = [
            prepare(site, order, "pay", said, label=f"Pay: копия {number} из {count}")
            for number in range(1, count + 1)
        ]
    site.launch(order, *copies, together=True)


def refund(site: Site, order: Order, how: How) -> None:
    """The whole sum, or `amount` of it."""
    tell(site, order, _given_back(site, order, how), "refund", "Refund: возврат")


def refund_lost(site: Site, order: Order, how: How) -> None:
    _given_back(site, order, how)


def _given_back(site: Site, order: Order, how: How) -> Operation:
    paid = next((one for one in order.payments if one.status == COMPLETED), None)
    if paid is None:
        raise ControlError("nothing is paid", 409)
    with site.hub.lock:
        back = sum(one.amount for one in order.operations if one.parent == paid.id)
        return site.refund(order, paid, how.amount or paid.amount - back)


def check(site: Site, order: Order, how: How) -> None:
    """The question, and then the payer goes away."""
    _allowed(site, order, _begin(site, order))


def _trick(label: str, *, said_as: str = "pay", spoil: bool = False, omit: bool = False) -> Mode:
    """A Pay about money that is not there."""

    def mode(site: Site, order: Order, how: How) -> None:
        one = _begin(site, order)
        claimed = Operation(one.id, one.amount, one.currency, one.created, COMPLETED)
        with site.hub.lock:
            said = fields(order, claimed, said_as)
            notice = prepare(site, order, "pay", said, label=label, spoil=spoil, omit=omit)
        deliver(site, order, notice)

    return mode


MODES: dict[str, Mode] = {
    "pay": pay,
    "late": late,
    "less": less,
    "more": more,
    "currency": currency,
    "decline": decline,
    "retry": retry,
    "authorize": authorize,
    "confirm": confirm,
    "void": void,
    "reordered": reordered,
    "lost": lost,
    "slow": slow,
    "duplicated": duplicated,
    "refund": refund,
    "refund_lost": refund_lost,
    "check": check,
    "bad_signature": _trick("Pay с неверной подписью", spoil=True),
    "unsigned": _trick("Pay без подписи", omit=True),
    "check_as_pay": _trick("Check на адрес Pay", said_as="check"),
    "recurring": recurring.charge,
    "recurring_decline": recurring.decline,
}


def refuse_senseless(order: Order, mode: str) -> None:
    """ControlError for a mode that this order cannot take."""
    if mode in ("confirm", "void"):
        _held(order)
    if mode.startswith("recurring") and order.subscription is None:
        raise ControlError("this is no subscription", 409)
    if mode in ("refund", "refund_lost") and not order.paid:
        raise ControlError("nothing is paid", 409)
