"""The message that shows an invoice, changed in place by a worker."""

from __future__ import annotations

from bot import journal, messenger
from bot.rendering import Screen
from bot.screens import invoice
from integrations.telegram.errors import ChatUnavailable, MessageGone
from payments.models import Payment


def refresh_invoice(payment: Payment) -> None:
    """The invoice message must not ask for money that is there."""
    payment.refresh_from_db(fields=["status", "access"])
    edit_invoice(payment, invoice.show(payment.customer, payment))


def edit_invoice(payment: Payment, screen: Screen) -> int | None:
    """Show this in the payment's invoice message; its id, or None where there is none to edit."""
    shown = journal.invoice_message(payment.pk)
    if shown is None or shown.message_id is None:
        return None
    try:
        messenger.edit(chat_id=shown.chat_id, message_id=shown.message_id, screen=screen)
    except (MessageGone, ChatUnavailable):
        journal.take_off_screen(shown)
        return None
    return shown.message_id
