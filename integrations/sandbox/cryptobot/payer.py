"""Every way an invoice gets paid, and every way the news of it goes wrong. Each mode is one row of `MODES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from integrations.sandbox.core import provider as core
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.cryptobot.app import App
from integrations.sandbox.cryptobot.delivery import prepare, update
from integrations.sandbox.cryptobot.state import ACTIVE, DELETED, EXPIRED, PAID, RATES, Invoice
from integrations.sandbox.cryptobot.wire import printed, signature, wrong_signatures


@dataclass(frozen=True)
class How(core.How):
    """The payer also picks a coin."""

    asset: str = "USDT"

    @classmethod
    def read(cls, document: dict[str, Any], **more: Any) -> Self:
        return super().read(document, asset=str(document.get("asset") or "USDT"), **more)


Mode = Callable[[App, Invoice, How], None]


def _coins(app: App, invoice: Invoice, how: How) -> None:
    """The coins are there."""
    if invoice.status == DELETED:
        raise ControlError("the invoice is deleted", 409)
    if how.asset not in RATES:
        raise ControlError(f"unknown asset {how.asset!r}; known: {', '.join(RATES)}")
    if not invoice.paid:
        invoice.status = PAID
        invoice.paid_at = app.hub.clock.now()
        invoice.paid_asset = invoice.asset or how.asset
        coins = invoice.amount if invoice.asset else invoice.amount / RATES[how.asset]
        invoice.paid_amount = max(coins.quantize(Decimal("0.00000001")), Decimal("0.00000001"))
        app.note(invoice, f"оплачен: {invoice.paid_amount:f} {invoice.paid_asset}")


def _told(app: App, invoice: Invoice, label: str, delay: float = 0.0) -> None:
    app.launch(invoice, prepare(app, invoice, label=label), delay=delay)


def pay(app: App, invoice: Invoice, how: How) -> None:
    _coins(app, invoice, how)
    _told(app, invoice, "оплачен")


def late(app: App, invoice: Invoice, how: How) -> None:
    """Paid in the last second of its life, which the shop believes to be over."""
    moment = app.hub.clock.now() - timedelta(minutes=10)
    invoice.expires = min(invoice.expires or moment, moment)
    invoice.status = ACTIVE if invoice.status == EXPIRED else invoice.status
    _coins(app, invoice, how)
    invoice.paid_at = invoice.expires - timedelta(seconds=1)
    _told(app, invoice, "оплачен в последнюю секунду, вызов опоздал")


def _other_price(label: str, step: int) -> Mode:
    def mode(app: App, invoice: Invoice, how: How) -> None:
        invoice.amount = how.amount or max(invoice.amount + step, Decimal(1))
        _coins(app, invoice, how)
        _told(app, invoice, label)

    return mode


def usd(app: App, invoice: Invoice, how: How) -> None:
    invoice.fiat = "USD"
    _coins(app, invoice, how)
    _told(app, invoice, "счёт в долларах")


def crypto(app: App, invoice: Invoice, how: How) -> None:
    """The same figure, but of coins: the invoice is priced in TON."""
    invoice.currency_type, invoice.fiat, invoice.asset = "crypto", "", "TON"
    _coins(app, invoice, how)
    _told(app, invoice, "счёт в монетах")


def twice(app: App, invoice: Invoice, how: How) -> None:
    duplicated(app, invoice, How(asset=how.asset, count=2))


def duplicated(app: App, invoice: Invoice, how: How) -> None:
    _coins(app, invoice, how)
    document = update(app, invoice)
    copies = [
        prepare(app, invoice, label=f"копия {number} из {how.count}", document=document)
        for number in range(1, max(how.count, 1) + 1)
    ]
    app.launch(invoice, *copies, together=True)


def renumbered(app: App, invoice: Invoice, how: How) -> None:
    """The same news under two update ids."""
    _coins(app, invoice, how)
    updates = [
        prepare(app, invoice, label=f"update_id {number}-й", document=update(app, invoice))
        for number in (1, 2)
    ]
    app.launch(invoice, *updates)


def lost(app: App, invoice: Invoice, how: How) -> None:
    _coins(app, invoice, how)
    app.note(invoice, "вызов потерян: продукту ничего не послано")


def slow(app: App, invoice: Invoice, how: How) -> None:
    _coins(app, invoice, how)
    _told(app, invoice, f"с задержкой {how.seconds:g} с", delay=how.seconds)


def escaped(app: App, invoice: Invoice, how: How) -> None:
    """Spaces and escaped Cyrillic, signed as they are."""
    _coins(app, invoice, how)
    body = printed(update(app, invoice), escaped=True)
    app.launch(invoice, prepare(app, invoice, label="другая запись JSON", body=body))


def expire(app: App, invoice: Invoice, how: How) -> None:
    if not invoice.paid:
        invoice.expires = app.hub.clock.now()
        app.aged(invoice)


def delete(app: App, invoice: Invoice, how: How) -> None:
    if invoice.status != ACTIVE:
        raise ControlError("only an active invoice can be deleted", 409)
    app.delete(str(invoice.invoice_id))


def other_type(app: App, invoice: Invoice, how: How) -> None:
    """A genuine update of a type that does not exist yet."""
    document = update(app, invoice) | {"update_type": "invoice_viewed"}
    app.launch(invoice, prepare(app, invoice, label="другой тип", document=document))


def stranger(app: App, invoice: Invoice, how: How) -> None:
    """A genuine payment of an invoice somebody made by hand in @CryptoBot."""
    app.state.last_id += 1
    changes = {"invoice_id": app.state.last_id, "status": PAID, "payload": "made by hand"}
    document = update(app, invoice, **changes)
    app.launch(invoice, prepare(app, invoice, label="счёт не наш", document=document))


def empty(app: App, invoice: Invoice, how: How) -> None:
    app.launch(invoice, prepare(app, invoice, label="пустое тело", body=b""))


def _forged(how_signed: str, label: str) -> Mode:
    """Nobody paid; the update claims it all the same."""

    def mode(app: App, invoice: Invoice, how: How) -> None:
        document = update(app, invoice, status=PAID)
        body = printed(document)
        others = printed(document | {"update_id": 1})
        signed = {
            "bad_signature": signature(body, app.token)[::-1],
            "unsigned": None,
            "changed": signature(others, app.token),
            **wrong_signatures(body, app.token),
        }[how_signed]
        app.launch(invoice, prepare(app, invoice, label=label, body=body, signed=signed))

    return mode


MODES: dict[str, Mode] = {
    "pay": pay,
    "late": late,
    "less": _other_price("дешевле заказа", -50),
    "more": _other_price("дороже заказа", 50),
    "usd": usd,
    "crypto": crypto,
    "lost": lost,
    "twice": twice,
    "duplicated": duplicated,
    "renumbered": renumbered,
    "slow": slow,
    "escaped": escaped,
    "other_type": other_type,
    "stranger": stranger,
    "empty": empty,
    "bad_signature": _forged("bad_signature", "подпись неверна"),
    "unsigned": _forged("unsigned", "без подписи"),
    "token_key": _forged("token_key", "ключ – сам токен"),
    "hex_key": _forged("hex_key", "ключ – hex-текст"),
    "changed": _forged("changed", "подпись другого вызова"),
    "expire": expire,
    "delete": delete,
}
