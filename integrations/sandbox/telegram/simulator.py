"""Telegram as a part of the sandbox: its delivery thread and its tile."""

from __future__ import annotations

import time

from integrations.sandbox.core.base import Tile
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.push import Pusher

POLL_SEEN = 40  # seconds after a poll in which the bot counts as alive


class Telegram(Messenger):
    def start(self) -> None:
        self.hub.spawn(Pusher(self).run, "sandbox-telegram-push")

    def bot_alive(self) -> bool:
        return bool(self.state.webhook.url) or time.monotonic() - self.last_poll < POLL_SEEN

    def tile(self) -> Tile:
        state = self.state
        hook = state.webhook
        how = (
            f"webhook: {hook.url}"
            if hook.url
            else ("опрос идёт" if self.bot_alive() else "не на связи")
        )
        return Tile(
            title="Telegram",
            about="Чат с ботом глазами клиента: кнопки, команды, блокировка.",
            link="/chat/",
            action="Открыть чат",
            icon="chat",
            facts=[
                ("Бот", how),
                ("Чатов", str(len(state.chats))),
                ("Сообщений", str(len(state.messages))),
                ("Ждут бота", str(len(state.updates))),
            ],
            trouble=hook.last_error_message if hook.url else "",
        )


SIMULATOR = Telegram
