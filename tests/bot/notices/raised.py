"""Notices of the tests: the template of a mail server that does not answer has no row behind it."""

from __future__ import annotations

from typing import Any

from bot.models import Notice, Topic
from bot.notices.raising import raise_notice
from integrations.clock import wall_clock
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.telegram.simulator import Telegram
from tests.bot.telegram_world import text_of

STAFF_CHAT = -1001000000001


def trouble(
    event: str, *, kind: str = "mail_failing", topic: Topic = Topic.SYSTEM, **more: Any
) -> None:
    raise_notice(
        kind, topic, event, template="mail_failing", url="/admin/", error=f"ответ {event}", **more
    )


def due_at_once() -> None:
    Notice.objects.update(claimed_at=wall_clock())


def said(sandbox: Sandbox) -> list[str]:
    """Texts in the staff group, without what Telegram itself says of topics."""
    history = sandbox.get(Telegram).history(STAFF_CHAT)
    return [text_of(one) for one in history if "text" in one.wire]


def said_in(sandbox: Sandbox) -> list[int | None]:
    """The topic of each of them."""
    history = sandbox.get(Telegram).history(STAFF_CHAT)
    return [one.wire.get("message_thread_id") for one in history if "text" in one.wire]
