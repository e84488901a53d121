"""Telegram Stars as the bot sees them: invoice links, the answer before charging, the list, refunds."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from integrations.sandbox.telegram import stars
from integrations.sandbox.telegram.errors import bad_request
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.state import StarCharge, StarInvoice, Wire

MONTH = 2_592_000
MOST = 25_000
MOST_A_MONTH = 10_000


def create_invoice_link(telegram: Messenger, params: Params) -> str:
    prices: Any = params.structure("prices")
    if params.text("currency") != "XTR" or params.text("provider_token"):
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    if not isinstance(prices, list) or len(prices) != 1:
        raise bad_request("STARS_INVOICE_INVALID")
    amount, period = int(prices[0].get("amount", 0)), params.integer("subscription_period", 0)
    if period not in (0, MONTH):
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    if not 1 <= amount <= (MOST_A_MONTH if period else MOST):
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    if not 1 <= len(params.text("title")) <= 32 or not 1 <= len(params.text("description")) <= 255:
        raise bad_request("INVOICE_TITLE_INVALID")
    if not 1 <= len(params.text("payload").encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    made = StarInvoice(uuid4().hex, params.text("payload"), params.text("title"), amount, period)
    telegram.state.star_invoices[made.slug] = made
    telegram.hub.changed()
    return f"{telegram.hub.base_url}/stars/{made.slug}"


def answer_pre_checkout_query(telegram: Messenger, params: Params) -> bool:
    question = telegram.state.questions.get(params.text("pre_checkout_query_id"))
    if question is None or question.answered:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    question.answered, question.ok = True, params.flag("ok")
    question.error = params.text("error_message")
    if not question.ok and not question.error:
        raise bad_request("ERROR_TEXT_EMPTY")
    telegram.hub.changed()
    return True


def refund_star_payment(telegram: Messenger, params: Params) -> bool:
    charge = _charge(telegram, params)
    if charge.refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    stars.refund(telegram, charge)
    return True


def edit_user_star_subscription(telegram: Messenger, params: Params) -> bool:
    """Any charge of it names the subscription."""
    named = _charge(telegram, params)
    for charge in telegram.state.star_charges:
        if (charge.chat_id, charge.payload) == (named.chat_id, named.payload):
            charge.canceled = params.flag("is_canceled")
    telegram.hub.changed()
    return True


def get_star_transactions(telegram: Messenger, params: Params) -> Wire:
    """In the order they happened; a refund has the id of its charge."""
    offset, limit = params.integer("offset", 0), params.integer("limit", 100)
    if not 1 <= limit <= 100 or offset < 0:
        raise bad_request("LIMIT_INVALID")
    rows: list[Wire] = []
    for charge in telegram.state.star_charges:
        rows.append(_row(telegram, charge, "source", charge.date))
        if charge.refunded:
            rows.append(_row(telegram, charge, "receiver", charge.refunded))
    rows.sort(key=lambda row: row["date"])
    return {"transactions": rows[offset : offset + limit]}


def _row(telegram: Messenger, charge: StarCharge, side: str, date: int) -> Wire:
    partner: Wire = {
        "type": "user",
        "transaction_type": "invoice_payment",
        "user": telegram.chat(charge.chat_id).person.wire(),
        "invoice_payload": charge.payload,
    }
    if charge.period:
        partner["subscription_period"] = charge.period
    return {"id": charge.id, "amount": charge.amount, "date": date, side: partner}


def _charge(telegram: Messenger, params: Params) -> StarCharge:
    wanted = (params.text("telegram_payment_charge_id"), params.integer("user_id", 0))
    for charge in telegram.state.star_charges:
        if (charge.id, charge.chat_id) == wanted:
            return charge
    raise bad_request("CHARGE_NOT_FOUND")


METHODS = {
    "createInvoiceLink": create_invoice_link,
    "answerPreCheckoutQuery": answer_pre_checkout_query,
    "refundStarPayment": refund_star_payment,
    "editUserStarSubscription": edit_user_star_subscription,
    "getStarTransactions": get_star_transactions,
}
