"""What Telegram's refusals mean to whoever wanted to say something.

Reference: https://core.telegram.org/bots/api#making-requests. The codes are few and the meaning stands
in the description, so the tables below are of its words.
"""

from __future__ import annotations

import re
from typing import Any

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable

SERVICE = "telegram"
DEFAULT_RETRY_AFTER = 5  # seconds; Telegram always says, a proxy before it may not

CHAT_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
MESSAGE_GONE = (
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "message can't be deleted",
    "message_id_invalid",
    "there is no text in the message to edit",  # it is a photo
)
THREAD_GONE = ("message thread not found", "topic_deleted", "topic_closed")
# Topics of a group cannot be made: it has none, or the bot has no right to.
NO_TOPICS = ("not a forum", "not enough rights to create a topic", "chat_admin_required")
NOT_MODIFIED = "message is not modified"
QUOTED = re.compile(r"""'[^']*'|"[^"]*"|\S+://\S+""")


class ChatUnavailable(ServiceRefused):
    """Nobody can be reached there: blocked, deleted, never started. Final until they write to us."""


class MessageGone(ServiceRefused):
    """The message cannot be changed any more; a new one can be sent."""


class ThreadGone(ServiceRefused):
    """The topic was deleted or closed; the chat itself is there."""


class NoTopics(ServiceRefused):
    """The group has no topics, or the bot may not make them."""


class NotModified(ServiceRefused):
    """The message looks exactly so already."""


class ChatMigrated(ServiceRefused):
    """The group has become a supergroup and goes on under `new_chat_id`."""

    def __init__(self, message: str, *, new_chat_id: int, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.new_chat_id = new_chat_id


class RetryLater(ServiceUnreachable):
    """Too many messages: surely not sent, to be tried again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int, **facts: Any) -> None:
        super().__init__(message, maybe_executed=False, **facts)
        self.retry_after = retry_after


class MaybeSent(ServiceUnreachable):
    """The call went out and its answer was lost: another try may say the same thing twice."""


def classified(error: IntegrationError) -> IntegrationError:
    """The same error as one of the classes above, where one fits."""
    answer = error.payload if isinstance(error.payload, dict) else {}
    facts = {"service": SERVICE, "status": error.status, "payload": error.payload}
    hints = answer.get("parameters")
    parameters = hints if isinstance(hints, dict) else {}
    description = str(answer.get("description") or "")
    words = description.lower()
    if error.status == 429:
        said = parameters.get("retry_after")
        seconds = said if isinstance(said, int) else DEFAULT_RETRY_AFTER
        return RetryLater(f"telegram asks to wait {seconds} s", retry_after=seconds, **facts)
    if isinstance(error, ServiceUnreachable):
        return error
    new_chat_id = parameters.get("migrate_to_chat_id")
    if isinstance(new_chat_id, int):
        return ChatMigrated("the group has a new id", new_chat_id=new_chat_id, **facts)
    if error.status == 403 or any(phrase in words for phrase in CHAT_GONE):
        return ChatUnavailable(f"telegram reaches nobody there: {_shown(description)}", **facts)
    if NOT_MODIFIED in words:
        return NotModified("the message looks exactly so already", **facts)
    if any(phrase in words for phrase in THREAD_GONE):
        return ThreadGone("the topic is gone", **facts)
    if any(phrase in words for phrase in NO_TOPICS):
        return NoTopics(f"no topics there: {_shown(description)}", **facts)
    if any(phrase in words for phrase in MESSAGE_GONE):
        return MessageGone(f"telegram has no such message: {_shown(description)}", **facts)
    if error.status in (401, 404):
        return ServiceRefused("telegram does not accept BOT_TOKEN", **facts)
    return ServiceRefused(f"telegram refused with {error.status}: {_shown(description)}", **facts)


def _shown(description: str) -> str:
    """Telegram's words without what they quote of ours: a link in a message can be a secret."""
    return QUOTED.sub("…", description)[:200]
