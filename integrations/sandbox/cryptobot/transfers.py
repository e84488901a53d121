"""Coins sent by the app: what a refund is made of, for want of refunds."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from integrations.sandbox.cryptobot.app import App, Refused
from integrations.sandbox.cryptobot.state import RATES, Transfer
from integrations.sandbox.cryptobot.wire import Payload, moment, number

LONGEST_SPEND_ID = 64


def transfer(app: App, given: Payload) -> Payload:
    """Send coins once for each spend id; Refused for what the service refuses."""
    options = app.state.options
    if not options.transfers:
        raise Refused("METHOD_DISABLED", 403)
    spend_id, asset = str(given.get("spend_id") or ""), str(given.get("asset") or "")
    if not 0 < len(spend_id) <= LONGEST_SPEND_ID:
        raise Refused("SPEND_ID_INVALID")
    if spend_id in app.state.transfers:
        raise Refused("SPEND_ID_ALREADY_USED")
    if asset not in RATES:
        raise Refused("UNSUPPORTED_ASSET")
    if not str(given.get("user_id", "")).isdecimal():
        raise Refused("USER_NOT_FOUND")
    if not options.coins:
        raise Refused("INSUFFICIENT_FUNDS")
    app.state.last_transfer += 1
    made = Transfer(
        transfer_id=app.state.last_transfer,
        spend_id=spend_id,
        user_id=int(str(given["user_id"])),
        asset=asset,
        amount=_amount(given.get("amount")),
        completed=app.hub.clock.now(),
        comment=str(given.get("comment") or ""),
    )
    app.state.transfers[spend_id] = made
    app.hub.changed()
    return wire(made)


def listed(app: App, given: Payload) -> Payload:
    """Newest first."""
    wanted = given.get("spend_id")
    found = [
        wire(one)
        for one in reversed(list(app.state.transfers.values()))
        if wanted in (None, one.spend_id)
    ]
    return {"items": found}


def wire(one: Transfer) -> Payload:
    return {
        "transfer_id": one.transfer_id,
        "spend_id": one.spend_id,
        "user_id": one.user_id,
        "asset": one.asset,
        "amount": number(one.amount),
        "status": "completed",
        "completed_at": moment(one.completed),
        "comment": one.comment,
    }


def _amount(text: object) -> Decimal:
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        raise Refused("AMOUNT_INVALID") from None
    if amount <= 0:
        raise Refused("AMOUNT_TOO_SMALL")
    return amount
