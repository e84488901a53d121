"""What we say in a conversation: written first, then handed to its channel, once and in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import now, wall_clock
from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.services import outbox
from partners.models import ChatMessage, Conversation
from partners.services import conversations
from partners.services.channels import NoAddress, port_of

log = structlog.get_logger(__name__)

Author, Kind, State = ChatMessage.Author, ChatMessage.Kind, ChatMessage.State
# In whose turn another message of the same conversation waits.
UNDERWAY = (State.WAITING, State.SENDING)


class NotYet(Exception):
    """Another message of the conversation goes first, or another worker has this one; `retry_after` seconds."""

    def __init__(self, why: str, *, seconds: int) -> None:
        super().__init__(why)
        self.retry_after = seconds


def say(
    conversation: Conversation,
    text: str,
    *,
    key: str | None = None,
    kind: ChatMessage.Kind = Kind.TEXT,
    staff: AbstractBaseUser | None = None,
    data: Mapping[str, Any] | None = None,
) -> ChatMessage:
    """Write a message and order its sending, in the caller's transaction; the same `key` twice is one message."""
    author = Author.ROBOT if staff is None else Author.STAFF
    facts: dict[str, Any] = {
        "conversation": conversation,
        "author": author,
        "staff": staff,
        "kind": kind,
        "state": State.WAITING,
        "text": text,
        "data": dict(data or {}),
    }
    if key is None:
        message, is_new = ChatMessage.objects.create(**facts), True
    else:
        message, is_new = ChatMessage.objects.get_or_create(key=key, defaults=facts)
    if is_new:
        Conversation.objects.filter(pk=conversation.pk).update(last_at=now())
        order(message, "first")
    return message


def order(message: ChatMessage, wish: str) -> None:
    """Have the message sent; `wish` names who asked, so that two presses are one."""
    outbox.publish(
        "message.written",
        {"message_id": message.pk},
        key=f"chat-message:{message.pk}:{wish}",
        case=message.conversation.case,
    )


def deliver(*, message_id: int) -> None:
    """Reaction: hand the message to its channel. Raises what surely did not leave, for the outbox to repeat."""
    message = ChatMessage.objects.select_related("conversation").get(pk=message_id)
    if message.state not in UNDERWAY:
        return
    _wait_for_turn(message)
    if message.state == State.SENDING:
        _unclear(message, "a worker died with it in its hand")
        return
    claimed = ChatMessage.objects.filter(pk=message_id, state=State.WAITING)
    if not claimed.update(
        state=State.SENDING, claimed_at=wall_clock(), attempts=message.attempts + 1
    ):
        raise NotYet("another worker has it", seconds=settings.OUTBOX_LEASE_SECONDS)
    try:
        number = port_of(message.conversation.channel).send(message)
    except NoAddress as error:
        _close(message, State.FAILED, str(error), wanted=conversations.NO_ADDRESS)
    except ServiceRefused as error:
        _close(message, State.FAILED, str(error))
    except ServiceUnreachable as error:
        if error.maybe_executed:
            _unclear(message, str(error))
            return
        _put(message, State.WAITING, str(error))
        raise
    except IntegrationError as error:
        _put(message, State.WAITING, str(error))
        raise
    else:
        ChatMessage.objects.filter(pk=message_id).update(
            state=State.SENT, external_id=number or None, sent_at=now(), error=""
        )


@transaction.atomic
def send_again(message: ChatMessage, *, wish: str) -> bool:
    """A person wants a message that failed, or whose fate is unclear, sent once more. False: it is underway."""
    again = ChatMessage.objects.filter(pk=message.pk, state__in=[State.FAILED, State.UNCLEAR])
    if not again.update(state=State.WAITING, error=""):
        return False
    order(message, wish)
    return True


def _wait_for_turn(message: ChatMessage) -> None:
    """Messages leave in the order they were written, and one that is in somebody's hand is left there."""
    earlier = ChatMessage.objects.filter(
        conversation=message.conversation_id, pk__lt=message.pk, state__in=UNDERWAY
    )
    if earlier.exists():
        raise NotYet("an earlier message goes first", seconds=1)
    if message.state == State.SENDING and message.claimed_at is not None:
        ends = message.claimed_at + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
        left = (ends - wall_clock()).total_seconds()
        if left > 0:
            raise NotYet("another worker has it", seconds=int(left) + 1)


@transaction.atomic
def _unclear(message: ChatMessage, error: str) -> None:
    """No answer came. The service itself may have told of the message meanwhile: then it is sent."""
    kept = ChatMessage.objects.select_for_update().get(pk=message.pk)
    if kept.delivered_at is None:
        _close(message, State.UNCLEAR, error)
    else:
        ChatMessage.objects.filter(pk=message.pk).update(
            state=State.SENT, sent_at=kept.delivered_at, error=""
        )


@transaction.atomic
def _close(
    message: ChatMessage,
    state: ChatMessage.State,
    error: str,
    *,
    wanted: str = conversations.NOT_DELIVERED,
) -> None:
    """It will not be tried again by itself: a person is wanted."""
    _put(message, state, error)
    conversations.want_person(message.conversation_id, wanted)
    log.warning("chat.not_sent", message=message.pk, state=state.value, error=error)


def _put(message: ChatMessage, state: ChatMessage.State, error: str) -> None:
    ChatMessage.objects.filter(pk=message.pk).update(state=state, error=error[:300])
