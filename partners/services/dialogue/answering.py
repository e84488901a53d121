"""The reaction to a message: all that a person has said since the last answer is dealt with together, once."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils.translation import override

from integrations.clock import now
from integrations.errors import ServiceRefused
from partners.models import ChatMessage, Conversation
from partners.services import conversations
from partners.services.channels import port_of
from partners.services.dialogue.deciding import respond
from partners.services.dialogue.turn import turn_of

log = structlog.get_logger(__name__)

KEPT = (
    "speaker",
    "stage",
    "understood",
    "unclear",
    "name",
    "phone",
    "email",
    "language",
    "lead",
    "wants_person",
)


def answer(*, message_id: int) -> None:
    """Reaction: deal with what a person said. May run twice: what was handled is not handled again.

    Raises IntegrationError where the words have to be fetched and the service does not answer.
    """
    message = ChatMessage.objects.select_related("conversation").get(pk=message_id)
    if message.needs_text:
        _fetch(message)
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update(of=("self",)).get(
            pk=message.conversation_id
        )
        waiting = conversation.messages.filter(
            author=ChatMessage.Author.PERSON, handled_at=None, needs_text=False
        )
        messages = list(waiting.order_by("pk"))
        waiting.filter(pk__in=[one.pk for one in messages]).update(handled_at=now())
        if not messages or conversations.is_with_people(conversation):
            return
        turn = turn_of(conversation, messages)
        with override(conversation.language):
            respond(turn)
        conversation.save(update_fields=KEPT)


def _fetch(message: ChatMessage) -> None:
    """Ask for the words, outside of any transaction; where they are refused, a person reads them there."""
    told = ChatMessage.objects.filter(pk=message.pk, needs_text=True)
    try:
        text = port_of(message.conversation.channel).fetch_text(message)
    except ServiceRefused as error:
        log.warning("chat.no_text", message=message.pk, error=str(error))
        told.update(needs_text=False, error=str(error)[:300])
        conversations.want_person(message.conversation_id, conversations.NOT_UNDERSTOOD)
    else:
        told.update(needs_text=False, text=text)
