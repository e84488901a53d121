"""How updates are taken: what was taken is handled before Telegram is told that it was."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from telegram.request import HTTPXRequest

PATIENCE = 1.0  # seconds; a provider that takes ten of them must not keep everybody else waiting


class HandledFirst(HTTPXRequest):
    """The connection for getUpdates. Asking for the next updates confirms the last ones, and Telegram forgets them.

    So it asks when those are handled, or after PATIENCE: a bot that is killed gets back what it had only begun, but
    for what took longer. The rest of that turn comes twice, as a second tap does.
    """

    def __init__(self, taken: asyncio.Queue[object], **options: Any) -> None:
        super().__init__(**options)
        self._taken = taken

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._taken.join(), PATIENCE)
        return await super().do_request(*args, **options)
