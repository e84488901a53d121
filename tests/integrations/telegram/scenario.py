"""Our client and the simulated Telegram behind it, in the words of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.state import Chat
from integrations.telegram.client import BotApi
from tests.support.sandbox import plan_fault

TOKEN = "4242:TokenThatNobodyMaySee"


@dataclass
class Scenario:
    """Our client, the simulated Telegram, and Anna's chat in it."""

    sandbox: Sandbox
    messenger: Messenger
    api: BotApi
    chat: Chat

    def messages(self) -> list[dict[str, Any]]:
        """What Anna sees."""
        with self.sandbox.lock:
            return [
                message.wire
                for message in self.messenger.state.messages
                if message.chat_id == self.chat.id and not message.deleted
            ]

    def fault(self, kind: str, **options: Any) -> None:
        plan_fault(self.sandbox, "telegram", kind, **options)
