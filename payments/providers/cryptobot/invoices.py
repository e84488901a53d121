"""Crypto Pay's update and invoice objects in our words.

An invoice is priced in a fiat currency and paid in a crypto one: `fiat` and `amount` are what was ordered, while
`paid_asset` and `paid_amount` say which coins came and are no sum of ours. All sums are decimal strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.foreign import Unreadable, moment, texts, web_address
from payments.money import NO_CURRENCY, Money
from payments.provider import EventKind, Invoice, ProviderEvent, Trust

INVOICE_PAID = "invoice_paid"  # the only documented type of update

STATUSES: dict[str, EventKind] = {
    "active": EventKind.PENDING,
    "paid": EventKind.PAID,
    "expired": EventKind.CANCELED,  # nothing failed: nobody paid in time, and nobody can any more
}
STATUS_MEANINGS: dict[str, dict[str, str]] = {
    "active": {"ru": "ждёт оплаты", "en": "waiting for the money"},
    "paid": {"ru": "оплачен", "en": "paid"},
    "expired": {"ru": "срок счёта вышел", "en": "expired"},
}

INVOICE_ID = re.compile(r"[0-9]{1,19}")
AMOUNT = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,8})?")
CURRENCY_CODE = re.compile(r"[A-Z]{3}")
LONGEST_WORD = 64
LONGEST_REFERENCE = 128


def update_event(update: Mapping[str, Any], *, digest: str) -> ProviderEvent:
    """What an update says; `digest` names an update whose type we do not know. Raises Unreadable."""
    said = texts(update)
    kind = said.get("update_type", "")
    if not 0 < len(kind) <= LONGEST_WORD:
        raise Unreadable("update_type")
    if kind != INVOICE_PAID:
        # `update_id` is documented as not unique, so the bytes tell updates apart.
        return ProviderEvent(
            kind=EventKind.UNKNOWN, trust=Trust.SIGNED, event_id=f"{kind}:{digest}", raw=said
        )
    invoice = update.get("payload")
    if not isinstance(invoice, dict):
        raise Unreadable("payload")
    return event(invoice)


def event(fields: Mapping[str, Any]) -> ProviderEvent:
    """What an invoice says, in an update or in an answer of the API. Raises Unreadable."""
    said = texts(fields)
    invoice_id = said.get("invoice_id", "")
    status = said.get("status", "")
    reference = said.get("payload", "")
    if not INVOICE_ID.fullmatch(invoice_id):
        raise Unreadable("invoice_id")
    if not 0 < len(status) <= LONGEST_WORD:
        raise Unreadable("status")
    if len(reference) > LONGEST_REFERENCE:
        raise Unreadable("payload")
    kind = STATUSES.get(status, EventKind.UNKNOWN)
    return ProviderEvent(
        kind=kind,
        trust=Trust.SIGNED,
        event_id=f"{invoice_id}:{status}",
        reference=reference,
        external_id=invoice_id,
        money=money(said),
        reason=STATUS_MEANINGS[status]["ru"] if kind is EventKind.CANCELED else "",
        raw=said,
    )


def money(said: Mapping[str, str]) -> Money | None:
    """The ordered sum. A price in coins, or in no readable currency, equals no order's; None: no readable sum."""
    amount = said.get("amount", "")
    if not AMOUNT.fullmatch(amount):
        return None
    fiat = said.get("fiat", "") if said.get("currency_type") == "fiat" else ""
    return Money(Decimal(amount), fiat if CURRENCY_CODE.fullmatch(fiat) else NO_CURRENCY)


def opened(fields: Mapping[str, Any]) -> Invoice:
    """The answer to createInvoice. Raises Unreadable where there is no id or nowhere to pay."""
    said = texts(fields)
    if not INVOICE_ID.fullmatch(said.get("invoice_id", "")):
        raise Unreadable("invoice_id")
    # The mini app opens inside Telegram; the other two are the bot and a web page. `pay_url` is deprecated.
    names = ("mini_app_invoice_url", "bot_invoice_url", "web_app_invoice_url", "pay_url")
    pay_url = next((url for name in names if (url := web_address(said.get(name, "")))), "")
    if not pay_url:
        raise Unreadable("mini_app_invoice_url")
    return Invoice(
        external_id=said["invoice_id"],
        pay_url=pay_url,
        expires_at=moment(said.get("expiration_date", "")),
    )
