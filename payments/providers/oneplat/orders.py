"""1Plat's order object in our words.

The API and the callback describe an order with the same fields. Numbers arrive as int or Decimal
from the API and as their source text from a callback; both are read as text, never as a float.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integrations.foreign import Unreadable, moment, texts, web_address
from payments.money import NO_CURRENCY, Money
from payments.provider import EventKind, Invoice, Limits, Method, ProviderEvent, Requisites, Trust
from payments.providers.oneplat.signatures import js_number

CURRENCY = "RUB"
PAY_PAGE = "https://pay.1plat.cash/pay/{guid}"

STATUSES: dict[str, EventKind] = {
    "-2": EventKind.FAILED,
    "-1": EventKind.PENDING,
    "0": EventKind.PENDING,  # also after the requisites lapsed: there is no status for "expired"
    "1": EventKind.PAID,  # the money is there; whether the merchant has to confirm is unknown
    "2": EventKind.PAID,
}
STATUS_MEANINGS: dict[str, dict[str, str]] = {
    "-2": {"ru": "ошибка: нет подходящих реквизитов", "en": "error: no suitable requisites"},
    "-1": {"ru": "черновик: способ не выбран", "en": "draft: no method chosen"},
    "0": {"ru": "ждёт оплаты", "en": "waiting for the money"},
    "1": {
        "ru": "оплачен, ждёт подтверждения магазина",
        "en": "paid, waits for the merchant's confirmation",
    },
    "2": {"ru": "подтверждён и закрыт", "en": "confirmed and closed"},
}
METHODS: dict[str, Method] = {"card": Method.CARD, "sbp": Method.SBP, "qr": Method.QR}

# Of what goes into an address of their API, into an index of ours and into a comparison of sums.
GUID = re.compile(r"[0-9A-Za-z_-]{1,64}")
AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,8})?")
CURRENCY_CODE = re.compile(r"[A-Z]{3}")
LONGEST_STATUS = 32
LONGEST_REFERENCE = 128


def event(fields: Mapping[str, Any], *, trust: Trust, shop_id: str) -> ProviderEvent:
    """What an order object says. Raises Unreadable."""
    said = texts(fields)
    guid = said.get("guid", "")
    status = js_number(said.get("status", ""))
    reference = said.get("merchant_id", "")
    if not GUID.fullmatch(guid):
        raise Unreadable("guid")
    if not 0 < len(status) <= LONGEST_STATUS:
        raise Unreadable("status")
    if len(reference) > LONGEST_REFERENCE:
        raise Unreadable("merchant_id")
    kind = STATUSES.get(status, EventKind.UNKNOWN)
    return ProviderEvent(
        kind=kind,
        trust=trust,
        event_id=f"{guid}:{status}",
        # Some shops are said to get their own id here. It is never an order number of ours.
        reference="" if reference == shop_id else reference,
        external_id=guid,
        money=replace(money(said, "amount"), currency=_currency(fields, said)),
        reason=STATUS_MEANINGS[status]["ru"] if kind is EventKind.FAILED else "",
        raw=said,
    )


def _currency(fields: Mapping[str, Any], said: Mapping[str, str]) -> str:
    """Documented in `note` only; a callback has none, which means roubles."""
    note = fields.get("note")
    noted = texts(note).get("currency", "") if isinstance(note, dict) else ""
    code = said.get("currency") or noted or CURRENCY
    return code if CURRENCY_CODE.fullmatch(code) else NO_CURRENCY


def listed(row: Any, *, status: int, shop_id: str) -> ProviderEvent:
    """A row of their list of orders. Seen without guid and amount, so both may be missing."""
    said = {"status": str(status)} | texts(row if isinstance(row, dict) else {})
    reference = said.get("merchant_id", "")
    full = {"guid": reference, "amount": "0"} | said
    found = event(full, trust=Trust.SIGNED, shop_id=shop_id)
    return replace(
        found,
        external_id=said.get("guid", ""),
        money=found.money if "amount" in said else None,
        raw=said,
    )


def failed(answer: Mapping[str, Any]) -> bool:
    """Whether a create was answered with an order that has no requisites and never will."""
    payment = answer.get("payment")
    status = texts(payment).get("status", "") if isinstance(payment, dict) else ""
    return STATUSES.get(status) is EventKind.FAILED


def money(said: Mapping[str, str], name: str) -> Money:
    """An exact sum. `amount` is the ordered one, `amount_to_pay` may be shifted to be unique."""
    text = said.get(name, "")
    if not AMOUNT.fullmatch(text):
        raise Unreadable(name)
    return Money(Decimal(text), CURRENCY)


def invoice(answer: Mapping[str, Any], *, asked: Method) -> Invoice:
    """The answer to a create. Raises Unreadable where it has no usable guid."""
    payment = answer.get("payment")
    payment = payment if isinstance(payment, dict) else {}
    said = texts(payment)
    guid = texts(answer).get("guid") or said.get("guid", "")
    if not GUID.fullmatch(guid):
        raise Unreadable("guid")
    return Invoice(
        external_id=guid,
        pay_url=web_address(answer.get("url")) or PAY_PAGE.format(guid=guid),
        requisites=_requisites(payment, METHODS.get(said.get("method_group", ""), asked)),
        amount_to_pay=money(said, "amount_to_pay") if "amount_to_pay" in said else None,
        expires_at=moment(payment.get("expired")),
    )


def _requisites(payment: Mapping[str, Any], method: Method) -> Requisites | None:
    """Where to send the money; None for a draft, whose payer picks a method on their page."""
    note = payment.get("note")
    said = texts(note) if isinstance(note, dict) else {}
    by_phone = method is Method.SBP
    number = said.get("pan", "")
    found = Requisites(
        card_number="" if by_phone else number,
        # For SBP `pan` holds the phone number; `payment.phone` was seen too.
        phone=(number or texts(payment).get("phone", "")) if by_phone else "",
        recipient=said.get("fio", ""),
        bank=said.get("bank", ""),
        qr_payload=said.get("qr", ""),
        qr_image_url=web_address(said.get("qr_img")),
    )
    payable = found.card_number or found.phone or found.qr_payload or found.qr_image_url
    return found if payable else None


def limits(systems: list[Any]) -> dict[Method, Limits]:
    """The methods we know with both ends of their range. Raises Unreadable."""
    found = {}
    for system in systems:
        said = texts(system) if isinstance(system, dict) else {}
        method = METHODS.get(said.get("system_group", ""))
        if method and {"min", "max"} <= said.keys():
            found[method] = Limits(minimum=money(said, "min"), maximum=money(said, "max"))
    return found
