"""Staff in a conversation: who has it, what he says and puts right. While somebody has it the robot is silent."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from integrations.clock import now
from partners.errors import NotPossible
from partners.models import ChatMessage, Conversation
from partners.services import saying

Stage = Conversation.Stage


def take(conversation_id: int, staff: User, *, over: bool = False) -> Conversation:
    """`over`: also from a colleague. Raises NotPossible where one has it."""
    with transaction.atomic():
        conversation = _locked(conversation_id)
        if not over:
            _refuse_colleagues(conversation, staff)
        if conversation.taken_by_id != staff.pk:
            conversation.taken_by, conversation.taken_at = staff, now()
            conversation.save(update_fields=["taken_by", "taken_at"])
    return conversation


def give_back(conversation_id: int) -> Conversation:
    """The robot answers from the next message on; nobody is wanted any more."""
    with transaction.atomic():
        conversation = _locked(conversation_id)
        conversation.taken_by = conversation.taken_at = None
        conversation.wants_person, conversation.unclear = "", 0
        conversation.save(update_fields=["taken_by", "taken_at", "wants_person", "unclear"])
    return conversation


def answer(conversation_id: int, staff: User, text: str, *, key: str) -> ChatMessage:
    """Say something; the conversation becomes his. The same `key` twice is one message. Raises NotPossible."""
    with transaction.atomic():
        conversation = take(conversation_id, staff)
        message = saying.say(conversation, text, key=f"reply:{key}", staff=staff)
        Conversation.objects.filter(pk=conversation_id).exclude(wants_person="").update(
            wants_person=""
        )
    return message


def close(conversation_id: int) -> Conversation:
    """Done with: whoever writes again begins anew with the robot."""
    with transaction.atomic():
        conversation = give_back(conversation_id)
        conversation.stage = Stage.CLOSED
        conversation.save(update_fields=["stage"])
    return conversation


def seen(conversation: Conversation) -> None:
    """Somebody has read it; what came after he opened the page stays unread."""
    if conversation.unread:
        Conversation.objects.filter(pk=conversation.pk, unread=conversation.unread).update(unread=0)


def _locked(conversation_id: int) -> Conversation:
    return (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("taken_by")
        .get(pk=conversation_id)
    )


def _refuse_colleagues(conversation: Conversation, staff: User) -> None:
    if conversation.taken_by is not None and conversation.taken_by_id != staff.pk:
        words = {"who": conversation.taken_by.get_username()}
        raise NotPossible(_("Диалог ведёт %(who)s. Договоритесь или перехватите его.") % words)
