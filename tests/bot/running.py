"""A bot process's main loop inside a test, and a person who writes to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from bot import updates
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.telegram import people
from integrations.sandbox.telegram.simulator import Telegram
from tests.bot.telegram_world import PersonInChat, World

Loop = Callable[[asyncio.Event], Awaitable[None]]


class Process:
    """A bot process's main loop, inside the test."""

    def __init__(self, loop: Loop) -> None:
        self.stop = asyncio.Event()
        self.task = asyncio.ensure_future(loop(self.stop))

    async def ends(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, 20)


async def hears(person: PersonInChat, count: int) -> None:
    """The person has `count` messages of the bot."""
    async with asyncio.timeout(20):
        while len(person.messages) < count:
            await asyncio.sleep(0.05)


def writes(person: PersonInChat, text: str) -> None:
    with person.world.sandbox.lock:
        people.say(person.world.telegram, person.chat, text)


@asynccontextmanager
async def running(loop: Loop) -> AsyncIterator[Process]:
    process = Process(loop)
    try:
        yield process
    finally:
        await process.ends()


async def confirmed(person: PersonInChat, *, within: float) -> bool:
    """Telegram was told that all updates were taken: a killed bot would not get them back."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while person.world.telegram.state.updates:
                await asyncio.sleep(0.02)
            return True
    return False


def somebody(sandbox: Sandbox) -> PersonInChat:
    """A person in a chat whose bot runs by itself."""
    with sandbox.lock:
        chat = sandbox.get(Telegram).add_chat(first_name="Анна")
    return PersonInChat(World.outside(sandbox), chat)


def slowly(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Handling of /start takes as long as the test wants: begun and finished are events."""
    begun, finish = asyncio.Event(), asyncio.Event()
    meet = updates.Note.customer

    async def customer(note: updates.Note, **options: Any) -> Any:
        begun.set()
        await finish.wait()
        return await meet(note, **options)

    monkeypatch.setattr(updates.Note, "customer", customer)
    return begun, finish
