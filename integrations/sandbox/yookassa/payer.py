"""Every way a payment ends, and every way the news of it goes wrong. Each mode is one row of `MODES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.provider import How
from integrations.sandbox.yookassa import wire
from integrations.sandbox.yookassa.delivery import prepare
from integrations.sandbox.yookassa.shop import Shop
from integrations.sandbox.yookassa.state import (
    HELD,
    PENDING,
    SUCCEEDED,
    Delivery,
    Payment,
    Refund,
)
from integrations.sandbox.yookassa.wire import Refused

STRANGER = "203.0.113.7"  # no address of theirs


def news(shop: Shop, payment: Payment, label: str = "") -> Delivery:
    """The notification that fits the payment as it is now."""
    event = f"payment.{payment.status}"
    subject = shop.object_of(payment)
    return prepare(shop, payment, event=event, subject=subject, label=label or event)


def refund_news(shop: Shop, payment: Payment, refund: Refund, label: str = "") -> Delivery:
    event = "refund.succeeded"
    subject = wire.refund_object(refund)
    return prepare(shop, payment, event=event, subject=subject, label=label or event)


def _take(shop: Shop, payment: Payment) -> None:
    if payment.status != PENDING:
        raise ControlError(f"the payment is {payment.status} already", 409)
    shop.take(payment)


def pay(shop: Shop, payment: Payment, how: How) -> None:
    _take(shop, payment)
    shop.launch(payment, news(shop, payment))


def slow(shop: Shop, payment: Payment, how: How) -> None:
    _take(shop, payment)
    label = f"с задержкой {how.seconds:g} с"
    shop.launch(payment, news(shop, payment, label), delay=how.seconds)


def lost(shop: Shop, payment: Payment, how: How) -> None:
    _take(shop, payment)
    shop.note(payment, "уведомление потеряно: продукту ничего не послано")


def less(shop: Shop, payment: Payment, how: How) -> None:
    payment.amount = how.amount or max(payment.amount - 50, Decimal(1))
    pay(shop, payment, how)


def more(shop: Shop, payment: Payment, how: How) -> None:
    payment.amount = how.amount or payment.amount + 50
    pay(shop, payment, how)


def currency(shop: Shop, payment: Payment, how: How) -> None:
    payment.currency = "USD"
    pay(shop, payment, how)


def twice(shop: Shop, payment: Payment, how: How) -> None:
    duplicated(shop, payment, How(count=2))


def duplicated(shop: Shop, payment: Payment, how: How) -> None:
    _take(shop, payment)
    count = max(how.count, 1)
    copies = [news(shop, payment, f"копия {n} из {count}") for n in range(1, count + 1)]
    shop.launch(payment, *copies, together=True)


def reordered(shop: Shop, payment: Payment, how: How) -> None:
    """`succeeded`, and after it the older `waiting_for_capture`."""
    _take(shop, payment)
    held = replace(payment, status=HELD, captured=None)
    late = prepare(
        shop,
        payment,
        event=f"payment.{HELD}",
        subject=shop.object_of(held),
        label="не по порядку: холд",
    )
    shop.launch(payment, news(shop, payment), late)


def hold(shop: Shop, payment: Payment, how: How) -> None:
    """The bank holds the money, and nobody has taken it yet."""
    if payment.status != PENDING:
        raise ControlError(f"the payment is {payment.status} already", 409)
    payment.status = HELD
    shop.note(payment, "деньги удержаны")
    shop.launch(payment, news(shop, payment))


def decline(shop: Shop, payment: Payment, how: How) -> None:
    _cancel(shop, payment, "payment_network", "insufficient_funds")


def expire(shop: Shop, payment: Payment, how: How) -> None:
    _cancel(shop, payment, "yoo_money", "expired_on_confirmation")


def revoke(shop: Shop, payment: Payment, how: How) -> None:
    """The payer takes his consent back at the bank: nothing more is charged to this card."""
    saved = shop.state.methods.get(payment.charged_from or payment.id)
    if saved is None:
        raise ControlError("nothing was saved by this payment", 409)
    saved.is_revoked = True
    shop.note(payment, "согласие на списания отозвано")


def _cancel(shop: Shop, payment: Payment, party: str, reason: str) -> None:
    if payment.status not in (PENDING, HELD):
        raise ControlError(f"the payment is {payment.status} already", 409)
    shop.cancel(payment, party=party, reason=reason)
    shop.launch(payment, news(shop, payment, f"отменён: {reason}"))


def refund(shop: Shop, payment: Payment, how: How) -> None:
    """All that is left, or `amount`."""
    made = _give_back(shop, payment, how.amount or payment.amount - payment.refunded)
    shop.launch(payment, refund_news(shop, payment, made))


def refund_part(shop: Shop, payment: Payment, how: How) -> None:
    refund(shop, payment, replace(how, amount=how.amount or Decimal(50)))


def refund_lost(shop: Shop, payment: Payment, how: How) -> None:
    _give_back(shop, payment, how.amount or payment.amount - payment.refunded)
    shop.note(payment, "уведомление о возврате потеряно")


def _give_back(shop: Shop, payment: Payment, amount: Decimal) -> Refund:
    try:
        return shop.give_back(payment, amount, "Возврат")
    except Refused as refused:
        raise ControlError(str(refused), 409) from None


def stale(shop: Shop, payment: Payment, how: How) -> None:
    """Paid and refunded in full before the news of the money gets out."""
    _take(shop, payment)
    old = news(shop, payment, "устарело: деньги уже возвращены")
    made = _give_back(shop, payment, payment.amount)
    shop.launch(payment, old, refund_news(shop, payment, made))


def _claimed(shop: Shop, payment: Payment) -> Payment:
    """The same payment as somebody who lies about it would describe it."""
    return replace(payment, status=SUCCEEDED, captured=shop.hub.clock.now())


def wrong_address(shop: Shop, payment: Payment, how: How) -> None:
    _lie(shop, payment, _claimed(shop, payment), "с чужого адреса", address=STRANGER)


def forged(shop: Shop, payment: Payment, how: How) -> None:
    _lie(shop, payment, _claimed(shop, payment), "не оплачен, а говорит succeeded")


def foreign(shop: Shop, payment: Payment, how: How) -> None:
    """A real payment of another shop: this shop's API answers 404."""
    other = replace(_claimed(shop, payment), id=str(uuid4()), metadata={"order_id": "1001"})
    _lie(shop, payment, other, "платёж другого магазина")


def other_payment(shop: Shop, payment: Payment, how: How) -> None:
    """This order's number beside the id of another payment, a paid one where there is one."""
    others = [one for one in shop.state.payments.values() if one.id != payment.id]
    paid = [one for one in others if one.status == SUCCEEDED] or others
    external_id = paid[-1].id if paid else str(uuid4())
    _lie(shop, payment, replace(_claimed(shop, payment), id=external_id), "чужой id платежа")


def forged_refund(shop: Shop, payment: Payment, how: How) -> None:
    """A refund that was never made."""
    invented = Refund(
        id=str(uuid4()),
        payment_id=payment.id,
        amount=payment.amount,
        currency=payment.currency,
        created=shop.hub.clock.now(),
    )
    shop.launch(payment, refund_news(shop, payment, invented, "возврата не было"))


def _lie(shop: Shop, payment: Payment, told: Payment, label: str, address: str = "") -> None:
    lie = prepare(
        shop,
        payment,
        event="payment.succeeded",
        subject=shop.object_of(told),
        label=label,
        address=address,
    )
    shop.launch(payment, lie)


Mode = Callable[[Shop, Payment, How], None]
MODES: dict[str, Mode] = {
    one.__name__: one
    for one in (
        pay,
        slow,
        lost,
        less,
        more,
        currency,
        twice,
        duplicated,
        reordered,
        hold,
        decline,
        expire,
        revoke,
        refund,
        refund_part,
        refund_lost,
        stale,
        wrong_address,
        forged,
        foreign,
        other_payment,
        forged_refund,
    )
}
