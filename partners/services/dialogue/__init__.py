"""What the robot answers: it understands, asks, shows what it understood, matches, and asks how it went."""

from __future__ import annotations

from django.db import transaction

from integrations.clock import now
from partners.models import ChatMessage
from partners.services import conversations


@transaction.atomic
def answer(*, message_id: int) -> None:
    """Reaction: deal with what a person said, once."""
    message = ChatMessage.objects.select_related("conversation").get(pk=message_id)
    conversations.want_person(message.conversation_id, conversations.NOT_UNDERSTOOD)
    ChatMessage.objects.filter(pk=message_id).update(handled_at=now())
