"""Saying something in a conversation, as services do."""

from __future__ import annotations

from django.db import transaction

from partners.models import ChatMessage, Conversation
from partners.services import saying


def delivered(message: ChatMessage) -> ChatMessage:
    """The message after its delivery was tried."""
    saying.deliver(message_id=message.pk)
    message.refresh_from_db()
    return message


def said(conversation: Conversation, text: str) -> ChatMessage:
    with transaction.atomic():
        return saying.say(conversation, text)
