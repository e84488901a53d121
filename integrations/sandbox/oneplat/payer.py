"""Every way an order gets paid, and every way the news of it goes wrong. Each mode is one row of
`MODES`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from integrations.sandbox.core.provider import How
from integrations.sandbox.oneplat.delivery import payload, prepare
from integrations.sandbox.oneplat.shop import Shop
from integrations.sandbox.oneplat.state import CONFIRMED, DRAFT, ERROR, PAID, WAITING, Order


def _pay(shop: Shop, order: Order, status: int = PAID) -> None:
    """The money is there."""
    if order.status == DRAFT:
        shop.choose(order, order.method or "sbp")
    order.status = status
    shop.note(order, "оплачен" if status == PAID else "подтверждён и закрыт")


def _told(shop: Shop, order: Order, label: str, status: int = PAID, delay: float = 0.0) -> None:
    one = prepare(shop, order, label=label, fields=payload(shop, order, status=status))
    shop.launch(order, one, delay=delay)


def pay(shop: Shop, order: Order, how: How) -> None:
    _pay(shop, order)
    _told(shop, order, "оплачен")


def confirm(shop: Shop, order: Order, how: How) -> None:
    _pay(shop, order, CONFIRMED)
    _told(shop, order, "подтверждён", CONFIRMED)


def late(shop: Shop, order: Order, how: How) -> None:
    """The requisites lapsed a while ago, the money comes all the same."""
    order.expired = min(order.expired, shop.hub.clock.now() - timedelta(minutes=10))
    _pay(shop, order)
    _told(shop, order, "оплачен после срока")


def _other_sum(shop: Shop, order: Order, amount: Decimal, label: str) -> None:
    order.paid_amount = amount
    _pay(shop, order)
    _told(shop, order, label)


def less(shop: Shop, order: Order, how: How) -> None:
    _other_sum(shop, order, how.amount or max(order.amount - 50, Decimal(1)), "оплачено меньше")


def more(shop: Shop, order: Order, how: How) -> None:
    _other_sum(shop, order, how.amount or order.amount + 50, "оплачено больше")


def currency(shop: Shop, order: Order, how: How) -> None:
    """`note.currency` of the order changes; the callback gets a `currency`, which the documented
    one lacks.
    """
    order.currency = "USD"
    _pay(shop, order)
    fields = payload(shop, order, status=PAID, currency="USD")
    shop.launch(order, prepare(shop, order, label="другая валюта", fields=fields))


def twice(shop: Shop, order: Order, how: How) -> None:
    duplicated(shop, order, How(count=2))


def duplicated(shop: Shop, order: Order, how: How) -> None:
    _pay(shop, order)
    fields = payload(shop, order, status=PAID)
    copies = [
        prepare(shop, order, label=f"копия {number} из {how.count}", fields=fields)
        for number in range(1, max(how.count, 1) + 1)
    ]
    shop.launch(order, *copies, together=True)


def reordered(shop: Shop, order: Order, how: How) -> None:
    """Confirmed first, then paid, then "still waiting"."""
    _pay(shop, order, CONFIRMED)
    calls = [
        prepare(
            shop,
            order,
            label=f"не по порядку: {status}",
            fields=payload(shop, order, status=status),
        )
        for status in (CONFIRMED, PAID, WAITING)
    ]
    shop.launch(order, *calls)


def lost(shop: Shop, order: Order, how: How) -> None:
    _pay(shop, order)
    shop.note(order, "вызов потерян: продукту ничего не послано")


def slow(shop: Shop, order: Order, how: How) -> None:
    _pay(shop, order)
    _told(shop, order, f"с задержкой {how.seconds:g} с", delay=how.seconds)


def error(shop: Shop, order: Order, how: How) -> None:
    order.status = ERROR
    shop.note(order, "ошибка: реквизиты не подобраны")
    _told(shop, order, "ошибка −2", ERROR)


def waiting(shop: Shop, order: Order, how: How) -> None:
    """An early callback with status 0; nothing is paid."""
    _told(shop, order, "ещё не оплачен (0)", WAITING)


def expire(shop: Shop, order: Order, how: How) -> None:
    order.expired = shop.hub.clock.now() - timedelta(minutes=1)
    shop.note(order, "срок реквизитов вышел")


def _signed_oddly(
    *, spoil: tuple[str, ...] = (), omit: tuple[str, ...] = (), paid: bool, label: str
) -> Mode:
    def mode(shop: Shop, order: Order, how: How) -> None:
        if paid:
            _pay(shop, order)
        fields = payload(shop, order, status=PAID)
        shop.launch(order, prepare(shop, order, label=label, fields=fields, spoil=spoil, omit=omit))

    return mode


def other_guid(shop: Shop, order: Order, how: How) -> None:
    """A genuine MD5 for this order around a guid of another (paid) order: MD5 does not cover the
    guid.
    """
    others = [one for one in shop.state.orders.values() if one.guid != order.guid]
    paid = [one for one in others if one.paid] or others
    guid = paid[-1].guid if paid else str(uuid4())
    fields = payload(shop, order, status=PAID, guid=guid)
    shop.launch(
        order, prepare(shop, order, label="чужой guid", fields=fields, spoil=("signature",))
    )


Mode = Callable[[Shop, Order, How], None]
MODES: dict[str, Mode] = {
    "pay": pay,
    "confirm": confirm,
    "late": late,
    "less": less,
    "more": more,
    "currency": currency,
    "twice": twice,
    "duplicated": duplicated,
    "reordered": reordered,
    "lost": lost,
    "slow": slow,
    "error": error,
    "waiting": waiting,
    "expire": expire,
    "md5_only": _signed_oddly(omit=("signature",), paid=True, label="только MD5"),
    "hmac_only": _signed_oddly(omit=("signature_v2",), paid=True, label="только HMAC"),
    "md5_wrong_hmac": _signed_oddly(spoil=("signature",), paid=True, label="MD5 верен, HMAC нет"),
    "unsigned": _signed_oddly(omit=("signature", "signature_v2"), paid=False, label="без подписи"),
    "bad_signature": _signed_oddly(
        spoil=("signature", "signature_v2"), paid=False, label="обе подписи неверны"
    ),
    "forged_status": _signed_oddly(spoil=("signature",), paid=False, label="подделан статус"),
    "other_guid": other_guid,
}
