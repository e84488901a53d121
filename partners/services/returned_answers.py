"""An answer that went as a letter and did not arrive: its conversation waits for a person."""

from __future__ import annotations

from django.db import transaction

from integrations.models import MailMessage
from partners.models import ChatMessage
from partners.services import conversations, saying
from partners.services.channels import letters

State = ChatMessage.State


def letter_refused(*, message_id: int) -> None:
    """Reaction: the mail server would not take a letter. Not told any more once it was sent again."""
    letter = MailMessage.objects.get(pk=message_id)
    if letter.status == MailMessage.Status.REFUSED:
        _not_delivered(letter, letter.error)


def letter_returned(*, message_id: str, address: str, is_hard: bool) -> None:
    """Reaction: a letter came back for good. `message_id` is the one of its headers."""
    letter = MailMessage.objects.filter(message_id=message_id, kind=letters.LETTER).first()
    if letter is not None and message_id and is_hard:
        _not_delivered(letter, f"returned by {address}")


@transaction.atomic
def _not_delivered(letter: MailMessage, why: str) -> None:
    """Letters of other kinds are no answers."""
    number = letters.message_of(letter.key)
    if number is None:
        return
    message = ChatMessage.objects.select_for_update().get(pk=number)
    if message.state == State.SENDING:  # the worker that wrote the letter has not noted it yet
        raise saying.NotYet("the message is not noted yet", seconds=2)
    if message.state == State.SENT:
        message.state, message.error = State.FAILED, why[:300]
        message.save(update_fields=["state", "error"])
        conversations.want_person(message.conversation_id, conversations.NOT_DELIVERED)
