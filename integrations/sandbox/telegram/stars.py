"""What a person does with stars, and the updates the bot gets for it. The caller holds the lock."""

from __future__ import annotations

from uuid import uuid4

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.state import Chat, Question, StarCharge, StarInvoice, Wire

ANSWER_SECONDS = 10  # how long Telegram waits for the bot's answer to its question


def invoice(telegram: Messenger, slug: str) -> StarInvoice:
    """An invoice by the last part of its link, or by its payload."""
    known = telegram.state.star_invoices
    found = known.get(slug) or next((one for one in known.values() if one.payload == slug), None)
    if found is None:
        raise ControlError(f"no invoice {slug}", 404)
    return found


def pay(
    telegram: Messenger, chat: Chat, bill: StarInvoice, *, ask: bool = True, tell: bool = True
) -> Wire:
    """Ask the bot and charge if it agrees. `ask=False` charges at once: two people who press together.
    `tell=False` loses the update about the charge.
    """
    if ask:
        question = _ask(telegram, chat, bill)
        if not question.answered:
            return {"paid": False, "error": "the bot did not answer in time"}
        if not question.ok:
            return {"paid": False, "error": question.error}
    charge = _charge(telegram, chat, bill, is_first=True, tell=tell)
    return {"paid": True, "charge": charge.id}


def renew(telegram: Messenger, charge_id: str) -> Wire:
    """The next month of a subscription: charged without a question."""
    last = charge_of(telegram, charge_id)
    if not last.period or last.canceled:
        raise ControlError("no running subscription", 409)
    bill = StarInvoice("", last.payload, "", last.amount, last.period)
    charge = _charge(telegram, telegram.chat(last.chat_id), bill, is_first=False)
    return {"charge": charge.id}


def refund(telegram: Messenger, charge: StarCharge) -> None:
    """Give a charge back; the chat shows it, and the bot hears of it."""
    charge.refunded = telegram.now()
    _say(telegram, telegram.chat(charge.chat_id), {"refunded_payment": _payment(charge)})


def charge_of(telegram: Messenger, charge_id: str) -> StarCharge:
    for charge in telegram.state.star_charges:
        if charge.id == charge_id:
            return charge
    raise ControlError(f"no charge {charge_id}", 404)


def _ask(telegram: Messenger, chat: Chat, bill: StarInvoice) -> Question:
    question = Question(str(uuid4().int)[:18])
    telegram.state.questions[question.id] = question
    telegram.publish(
        "pre_checkout_query",
        {
            "id": question.id,
            "from": chat.person.wire(),
            "currency": "XTR",
            "total_amount": bill.amount,
            "invoice_payload": bill.payload,
        },
    )
    telegram.hub.wait(lambda: question.answered, ANSWER_SECONDS)
    return question


def _charge(
    telegram: Messenger, chat: Chat, bill: StarInvoice, *, is_first: bool, tell: bool = True
) -> StarCharge:
    charge = StarCharge(
        id=f"stx{uuid4().hex}",
        chat_id=chat.id,
        payload=bill.payload,
        amount=bill.amount,
        date=telegram.now(),
        period=bill.period,
    )
    telegram.state.star_charges.append(charge)
    told = _payment(charge)
    if bill.period:
        told |= {"subscription_expiration_date": charge.date + bill.period, "is_recurring": True}
        told |= {"is_first_recurring": True} if is_first else {}
    if tell:
        _say(telegram, chat, {"successful_payment": told})
    return charge


def _payment(charge: StarCharge) -> Wire:
    return {
        "currency": "XTR",
        "total_amount": charge.amount,
        "invoice_payload": charge.payload,
        "telegram_payment_charge_id": charge.id,
        "provider_payment_charge_id": f"{charge.chat_id}_{charge.date}",
    }


def _say(telegram: Messenger, chat: Chat, body: Wire) -> None:
    """A service message of the chat."""
    message = telegram.add_message(chat, body, outgoing=False)
    telegram.publish("message", message.wire)
