"""Which message of a chat shows which invoice, so that later news can change it in place."""

from __future__ import annotations

from bot.models import Message
from integrations.clock import now
from payments.models import Payment


def put_on_screen(*, chat_id: int, message_id: int, payment_id: int | None, text: str) -> None:
    """A message now shows this payment's invoice, or (None) something else.

    The newest message that shows an invoice is the one that is edited later.
    """
    on_screen = Message.objects.filter(
        kind=Message.Kind.INVOICE, chat_id=chat_id, message_id=message_id
    )
    if payment_id is None:
        on_screen.update(message_id=None)
        return
    on_screen.exclude(payment_id=payment_id).update(message_id=None)
    customer_id = Payment.objects.values_list("customer_id", flat=True).get(pk=payment_id)
    Message.objects.update_or_create(
        key=f"invoice:{payment_id}",
        defaults={
            "kind": Message.Kind.INVOICE,
            "customer_id": customer_id,
            "payment_id": payment_id,
            "chat_id": chat_id,
            "message_id": message_id,
            "state": Message.State.SENT,
            "text": text,
            "sent_at": now(),
        },
    )


def invoice_message(payment_id: int) -> Message | None:
    """The message that shows this payment's invoice; None where none does any more."""
    return Message.objects.filter(
        kind=Message.Kind.INVOICE, payment_id=payment_id, message_id__isnull=False
    ).first()


def take_off_screen(message: Message) -> None:
    """The message is gone, or too old to be edited."""
    Message.objects.filter(pk=message.pk).update(message_id=None)
