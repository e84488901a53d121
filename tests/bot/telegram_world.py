"""The bot and the world around it: the real application against the sandbox, over real HTTP."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Self

from telegram import Update

from bot.application import ALLOWED_UPDATES
from bot.routing import BotApplication
from integrations.sandbox.core.provider import How
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.oneplat.simulator import Oneplat
from integrations.sandbox.telegram import people
from integrations.sandbox.telegram.simulator import Telegram
from integrations.sandbox.telegram.state import Chat, Message, Press


class World:
    """Everything outside the product, and the bot inside it, one step at a time."""

    def __init__(self, sandbox: Sandbox, application: BotApplication | None) -> None:
        self.sandbox = sandbox
        self._application = application
        self.telegram = sandbox.get(Telegram)
        self.shop = sandbox.get(Oneplat)
        self._offset = 0

    @classmethod
    def outside(cls, sandbox: Sandbox) -> Self:
        """For a bot that runs by itself."""
        return cls(sandbox, None)

    @property
    def application(self) -> BotApplication:
        assert self._application is not None
        return self._application

    def person(
        self, *, chat_id: int | None = None, language: str = "ru", **names: str
    ) -> PersonInChat:
        with self.sandbox.lock:
            chat = self.telegram.add_chat(chat_id=chat_id, language_code=language, **names)
        return PersonInChat(self, chat)

    async def catch_up(self) -> None:
        """The bot fetches its updates and handles them, all of them at the same time."""
        bot = self.application.bot
        updates = await bot.get_updates(self._offset, timeout=0, allowed_updates=ALLOWED_UPDATES)
        if updates:
            self._offset = updates[-1].update_id + 1
        await asyncio.gather(*(self._handle(update) for update in updates))

    async def _handle(self, update: Update) -> None:
        await self.application.process_update(update)

    def pay(self, mode: str = "lost") -> None:
        """The newest order is paid at the bank; by default nobody is told."""
        with self.sandbox.lock:
            order = list(self.shop.state.orders.values())[-1]
            self.shop.perform(order, mode, How())

    def options(self, **values: Any) -> None:
        with self.sandbox.lock:
            for name, value in values.items():
                setattr(self.shop.state.options, name, value)


class PersonInChat:
    """A customer with a phone: writes, presses what is visible, reads."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat

    async def starts(self, payload: str = "") -> None:
        with self.world.sandbox.lock:
            people.start(self.world.telegram, self.chat, payload)
        await self.world.catch_up()

    async def writes(self, text: str) -> None:
        with self.world.sandbox.lock:
            people.say(self.world.telegram, self.chat, text)
        await self.world.catch_up()

    async def buys(self, *, plan: str = "1 месяц", way: str = "Карта") -> None:
        """From the first message to the open invoice."""
        await self.starts()
        await self.presses("Принимаю")
        await self.presses("Выбрать тариф")
        await self.presses(plan)
        await self.presses(way)

    async def presses(self, label: str) -> Press:
        pressed = self.taps(label)
        await self.world.catch_up()
        return pressed

    async def presses_twice(self, label: str) -> tuple[Press, Press]:
        """Two taps before the bot has seen either."""
        both = self.taps(label), self.taps(label)
        await self.world.catch_up()
        return both

    async def presses_old(self, data: str) -> Press:
        """A button that is no longer there."""
        with self.world.sandbox.lock:
            pressed = people.press(
                self.world.telegram,
                self.chat,
                message_id=self.last.message_id,
                data=data,
                stale=True,
            )
        await self.world.catch_up()
        return pressed

    def taps(self, label: str) -> Press:
        with self.world.sandbox.lock:
            return people.press(self.world.telegram, self.chat, text=label)

    async def blocks(self, *, blocked: bool = True) -> None:
        with self.world.sandbox.lock:
            people.block(self.world.telegram, self.chat, blocked=blocked)
        await self.world.catch_up()

    @property
    def messages(self) -> list[Message]:
        """What the bot has said and not taken back."""
        return [one for one in self.world.telegram.history(self.chat.id) if one.outgoing]

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def sees(self) -> str:
        return text_of(self.last)

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for button in buttons_of(self.last)]


def text_of(message: Message) -> str:
    """As it is read: no-break spaces are spaces."""
    text = message.wire.get("text") or message.wire.get("caption", "")
    return re.sub(r"\s", " ", str(text))


def buttons_of(message: Message) -> list[dict[str, Any]]:
    rows = (message.wire.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]
