"""Giving coins back. Crypto Pay has no refunds: money goes back as a transfer to the payer's Telegram account.

https://help.crypt.bot/crypto-pay-api#transfer: switched off in a new app (My Apps, the app, Security), and possible
only to somebody who has talked to @CryptoBot, as everybody who paid there has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from integrations.errors import ServiceRefused
from integrations.foreign import Unreadable, texts
from payments.abilities import RefundRequest, RefundResult, RefundState
from payments.provider import EventKind, ProviderEvent, Trust
from payments.providers.cryptobot import invoices
from payments.providers.cryptobot.client import SERVICE, CryptoPayClient, error_name

COMPLETED = "completed"  # the only documented status of a transfer
SMALLEST = Decimal("0.00000001")
ASSET = re.compile(r"[A-Z0-9]{2,16}")
COINS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,18})?")
# Their names of refusals -> what a person can do about them.
REFUSALS: dict[str, str] = {
    "METHOD_DISABLED": "переводы выключены: @CryptoBot → Crypto Pay → My Apps → Security → Transfers",
    "INSUFFICIENT_FUNDS": "на балансе приложения не хватает монет",
    "NOT_ENOUGH_COINS": "на балансе приложения не хватает монет",
    "USER_NOT_FOUND": "клиент не запускал @CryptoBot",
    "AMOUNT_TOO_SMALL": "сумма меньше наименьшего перевода",
    "AMOUNT_TOO_BIG": "сумма больше наибольшего перевода",
}


def send(client: CryptoPayClient, request: RefundRequest) -> RefundResult:
    """Transfer the share of the coins that were paid. A spend id that is taken names the transfer made before."""
    asset, amount = share(client.invoice(request.external_id), request)
    fields = {
        "user_id": request.payer_id,
        "asset": asset,
        "amount": f"{amount:f}",
        "spend_id": request.reference,
        "comment": f"Возврат, {request.description}",
    }
    try:
        return told(client.transfer(fields), request)
    except ServiceRefused as error:
        if (found := find(client, request)) is not None:
            return found
        name = error_name(error.payload)
        if name not in REFUSALS:
            raise
        raise ServiceRefused(
            f"{SERVICE}: {REFUSALS[name]} ({name})", service=SERVICE, status=error.status
        ) from None


def find(client: CryptoPayClient, request: RefundRequest) -> RefundResult | None:
    for row in client.transfers(spend_id=request.reference):
        # The filter is theirs to apply; an older version of the service did not know it.
        if isinstance(row, dict) and row.get("spend_id") == request.reference:
            return told(row, request)
    return None


def share(invoice: Mapping[str, Any], request: RefundRequest) -> tuple[str, Decimal]:
    """The coin that was paid and how much of it is the wanted part of the price, never more. Raises Unreadable."""
    said = texts(invoice)
    price = invoices.money(said)
    asset, paid = said.get("paid_asset", ""), said.get("paid_amount", "")
    if said.get("invoice_id") != request.external_id:
        raise Unreadable("invoice_id")
    if price is None or price.currency != request.money.currency:
        raise Unreadable("amount")
    if not ASSET.fullmatch(asset):
        raise Unreadable("paid_asset")
    if not COINS.fullmatch(paid):
        raise Unreadable("paid_amount")
    if not 0 < request.money.amount <= price.amount:
        raise ServiceRefused("more than the invoice's price", service=SERVICE)
    coins = Decimal(paid)
    if request.money == price:
        return asset, coins
    part = coins * request.money.amount / price.amount
    return asset, part.quantize(SMALLEST, rounding=ROUND_DOWN)


def told(transfer: Mapping[str, Any], request: RefundRequest) -> RefundResult:
    """What a transfer says. Its sum is in coins; ours is the one that was asked for. Raises Unreadable."""
    said = texts(transfer)
    number = said.get("transfer_id", "")
    if not invoices.INVOICE_ID.fullmatch(number):
        raise Unreadable("transfer_id")
    if said.get("spend_id") != request.reference:
        raise Unreadable("spend_id")
    if said.get("status") != COMPLETED:
        return RefundResult(state=RefundState.PENDING, external_id=number)
    return RefundResult(
        state=RefundState.SUCCEEDED,
        external_id=number,
        event=ProviderEvent(
            kind=EventKind.REFUNDED,
            trust=Trust.SIGNED,
            event_id=f"transfer:{number}",
            reference=request.payment_reference,
            external_id=request.external_id,
            money=request.money,
            operation=number,
            refund=request.reference,
            raw=said,
        ),
    )
