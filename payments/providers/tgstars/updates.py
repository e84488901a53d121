"""What Telegram says about stars, in our words: https://core.telegram.org/bots/api#successfulpayment.

The invoice's payload is our reference, and the order's only lasting name: it is the external id too. A charge has an id
of its own, which names the event: one link may be paid more than once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.foreign import Unreadable
from payments.money import NO_CURRENCY, Money
from payments.provider import EventKind, ProviderEvent, Trust

CURRENCY = "XTR"
ASKED, PAID, REFUNDED, OTHER = "pre_checkout", "paid", "refunded", "other"
NO_CHARGE = "no_charge"
STATUS_MEANINGS: dict[str, dict[str, str]] = {
    NO_CHARGE: {"ru": "попыток оплаты не было", "en": "nobody has paid"},
    ASKED: {"ru": "вопрос перед списанием", "en": "a question before charging"},
    PAID: {"ru": "оплачен", "en": "paid"},
    REFUNDED: {"ru": "возвращён", "en": "refunded"},
    OTHER: {"ru": "другая операция", "en": "another operation"},
}
# The parts of a message, or the update's own, that speak of money.
MESSAGE_PARTS = {"successful_payment": PAID, "refunded_payment": REFUNDED}
INVOICE = "invoice_payment"  # TransactionPartnerUser.transaction_type of what we sell

CHARGE = re.compile(r"[0-9A-Za-z_:-]{1,120}")
REFERENCE = re.compile(r"[0-9a-f]{32}")
CURRENCY_CODE = re.compile(r"[A-Z]{3}")
MOST_STARS = 10**9


def is_about_money(update: Mapping[str, Any]) -> bool:
    """Whether an update is a question before a payment, a payment or a refund."""
    message = update.get("message")
    parts = message if isinstance(message, dict) else {}
    return "pre_checkout_query" in update or any(name in parts for name in MESSAGE_PARTS)


def event(update: Mapping[str, Any], *, digest: str) -> ProviderEvent:
    """What an update says. Raises Unreadable."""
    asked = update.get("pre_checkout_query")
    if isinstance(asked, dict):
        return ProviderEvent(
            kind=EventKind.CHECK,
            trust=Trust.SIGNED,
            event_id=f"{ASKED}:{_charge(asked, 'id')}",
            reference=_reference(asked),
            external_id=_reference(asked),
            money=_money(asked),
            raw=_shown(asked, ASKED),
        )
    message = update.get("message")
    for name, word in MESSAGE_PARTS.items():
        told = message.get(name) if isinstance(message, dict) else None
        if isinstance(told, dict):
            return _charged(told, word)
    return ProviderEvent(
        kind=EventKind.UNKNOWN,
        trust=Trust.SIGNED,
        event_id=f"{OTHER}:{digest[:32]}",
        raw={"status": OTHER},
    )


def transaction(row: Mapping[str, Any]) -> ProviderEvent | None:
    """What a row of their list says: stars that came have a source, stars that went back a receiver.

    None for what is no sale to a person: withdrawals, advertisements, gifts. Raises Unreadable.
    """
    came, went = row.get("source"), row.get("receiver")
    partner = came if isinstance(came, dict) else went
    if not isinstance(partner, dict) or partner.get("type") != "user":
        return None
    if partner.get("transaction_type", INVOICE) != INVOICE:
        return None
    word = PAID if partner is came else REFUNDED
    said = {
        "telegram_payment_charge_id": row.get("id"),
        "invoice_payload": partner.get("invoice_payload", ""),
        "total_amount": row.get("amount"),
        "currency": CURRENCY,
        "date": row.get("date"),
    }
    told = _charged(said, word)
    return replace(told, subscription=told.reference) if "subscription_period" in partner else told


def renewal(told: ProviderEvent) -> ProviderEvent:
    """A charge of a subscription that is not its first: another sale, named by its charge alone."""
    return replace(told, reference="", external_id=told.operation)


def untouched(reference: str) -> ProviderEvent:
    """An order that nobody has paid: their list holds charges, not invoices."""
    return ProviderEvent(
        kind=EventKind.PENDING,
        trust=Trust.SIGNED,
        event_id=f"{reference}:{NO_CHARGE}",
        reference=reference,
        external_id=reference,
        raw={"status": NO_CHARGE},
    )


def when(row: Mapping[str, Any]) -> datetime | None:
    date = row.get("date")
    is_whole = isinstance(date, int) and not isinstance(date, bool) and 0 < date < 2**33
    return datetime.fromtimestamp(date, UTC) if is_whole and isinstance(date, int) else None


def _charged(said: Mapping[str, Any], word: str) -> ProviderEvent:
    charge, reference = _charge(said, "telegram_payment_charge_id"), _reference(said)
    # A renewal repeats the payload of the first invoice, and is another sale.
    is_renewal = said.get("is_recurring") is True and said.get("is_first_recurring") is not True
    told = ProviderEvent(
        kind=EventKind.PAID if word == PAID else EventKind.REFUNDED,
        trust=Trust.SIGNED,
        event_id=f"{charge}:{word}",
        reference=reference,
        external_id=reference,
        money=_money(said),
        operation=charge,
        charge=charge if word == REFUNDED else "",
        subscription=reference if said.get("is_recurring") is True else "",
        raw=_shown(said, word),
    )
    return renewal(told) if is_renewal else told


def _charge(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not CHARGE.fullmatch(value):
        raise Unreadable(name)
    return value


def _reference(said: Mapping[str, Any]) -> str:
    """Our order number; "" for an invoice that somebody else's program opened with this bot."""
    payload = said.get("invoice_payload")
    return payload if isinstance(payload, str) and REFERENCE.fullmatch(payload) else ""


def _money(said: Mapping[str, Any]) -> Money:
    """Stars are whole; a sum in another currency's smallest units is no sum of ours."""
    amount, currency = said.get("total_amount"), said.get("currency")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount < MOST_STARS:
        raise Unreadable("total_amount")
    known = isinstance(currency, str) and CURRENCY_CODE.fullmatch(currency)
    return Money(Decimal(amount), str(currency) if known else NO_CURRENCY)


def _shown(said: Mapping[str, Any], word: str) -> dict[str, str]:
    names = ("telegram_payment_charge_id", "invoice_payload", "total_amount", "currency", "date")
    flags = ("is_recurring", "is_first_recurring", "subscription_expiration_date")
    picked = {name: said[name] for name in (*names, *flags) if name in said}
    return {"status": word} | {
        name: str(value)[:128] for name, value in picked.items() if str(value).isprintable()
    }
