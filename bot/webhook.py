"""How calls of Telegram are answered: when what they brought is handled, not when it lies in this process's memory.

Telegram repeats a call that was not answered with 200, to whichever bot process is alive then. So a process that is
killed loses nothing that it had begun, but for what took longer than PATIENCE; the rest of it comes twice, as a second
tap does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

# Seconds. Telegram keeps up to 40 calls open at a time, so one that waits for a slow provider holds up nobody else.
PATIENCE = 5.0
LEAVING = 0.1  # seconds an answer needs to get out of the door
AT_ONCE = 256  # as python-telegram-bot has it for concurrent_updates(True)


class Handling(BaseUpdateProcessor):
    """Handles updates side by side and says of each when it is done."""

    def __init__(self) -> None:
        super().__init__(AT_ONCE)
        self._waiting: dict[int, asyncio.Event] = {}

    async def until_done(self, update: Update) -> None:
        """At most PATIENCE long; the update may not be in the queue yet."""
        done = self._waiting[id(update)] = asyncio.Event()
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), PATIENCE)
        finally:
            del self._waiting[id(update)]

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        try:
            await coroutine
        finally:
            if done := self._waiting.get(id(update)):
                done.set()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


class Answered(asyncio.Queue[object]):
    """The queue that the door puts updates into, and answers when `put` returns."""

    def __init__(self, handling: Handling) -> None:
        super().__init__()
        self._handling = handling

    async def put(self, item: object) -> None:
        if not isinstance(item, Update):  # the application's own word that it ends
            await super().put(item)
            return
        done = asyncio.create_task(self._handling.until_done(item))
        await asyncio.sleep(0)  # it waits from now on
        await super().put(item)
        await done

    async def settle(self) -> None:
        """Wait for what is in hand, before the door closes on those who wait for an answer."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.join(), PATIENCE)
        await asyncio.sleep(LEAVING)
