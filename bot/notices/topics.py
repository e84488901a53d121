"""The topics of the staff group: each is made by the bot when it is first needed, once.

The row is the lock: whoever writes it first makes the topic, everybody else waits for its number. Nothing is asked
inside a transaction. A group without topics, or where the bot may not make them, is looked at again later.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils.translation import override

from bot.models import StaffTopic, Topic
from integrations.clock import wall_clock
from integrations.errors import IntegrationError, ServiceUnreachable
from integrations.telegram.client import get_bot_api
from integrations.telegram.errors import SERVICE, NoTopics

log = structlog.get_logger(__name__)

# In place of a thread's number.
BEING_MADE, PLAIN_CHAT = 0, -1
LEASE = timedelta(seconds=60)
LOOK_AGAIN = timedelta(minutes=10)


class StillMaking(ServiceUnreachable):
    """Another worker is making the topic."""

    retry_after = 2


def thread_of(chat_id: int, topic: Topic) -> int | None:
    """The thread to write into; None: the chat as a whole. Raises the errors of Telegram's client."""
    if chat_id > 0:
        return None
    row, is_mine = StaffTopic.objects.get_or_create(
        chat_id=chat_id, topic=topic, defaults={"thread_id": BEING_MADE}
    )
    if not is_mine:
        if row.thread_id > 0:
            return row.thread_id
        rest = LEASE if row.thread_id == BEING_MADE else LOOK_AGAIN
        if row.created_at + rest > wall_clock():
            _wait_for_another(row.thread_id)
            return None
        old = StaffTopic.objects.filter(
            pk=row.pk, thread_id=row.thread_id, created_at=row.created_at
        )
        if not old.update(thread_id=BEING_MADE, created_at=wall_clock()):
            _wait_for_another(BEING_MADE)
    return _make(row, chat_id, topic)


def forget(chat_id: int, thread_id: int) -> None:
    """Somebody has deleted the topic: the next notice makes it anew."""
    StaffTopic.objects.filter(chat_id=chat_id, thread_id=thread_id).delete()


def _wait_for_another(thread_id: int) -> None:
    if thread_id == BEING_MADE:
        raise StillMaking("the topic is being made", service=SERVICE, maybe_executed=False)


def _make(row: StaffTopic, chat_id: int, topic: Topic) -> int | None:
    with override(settings.LANGUAGE_CODE):
        name = f"#{topic.label}"
    try:
        thread = get_bot_api().create_forum_topic(chat_id, name)
    except NoTopics as error:
        log.info("notices.no_topics", error=str(error))
        StaffTopic.objects.filter(pk=row.pk).update(thread_id=PLAIN_CHAT, created_at=wall_clock())
        return None
    except IntegrationError:
        StaffTopic.objects.filter(pk=row.pk).delete()
        raise
    StaffTopic.objects.filter(pk=row.pk).update(thread_id=thread, created_at=wall_clock())
    return thread
