from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from telegram.error import InvalidToken

from bot.runner import run

MODES = ("polling", "webhook")


class Command(BaseCommand):
    help = "Run the Telegram bot until it is told to stop. BOT_MODE chooses polling or webhook."

    def handle(self, *args: Any, **options: Any) -> None:
        mode = settings.BOT_MODE
        if mode not in MODES:
            raise CommandError(f"BOT_MODE must be polling or webhook, not {mode!r}.")
        needed = ["BOT_TOKEN"] + (["BOT_WEBHOOK_SECRET"] if mode == "webhook" else [])
        missing = [name for name in needed if not settings.CREDENTIALS.get(name)]
        if missing:
            raise CommandError(
                f"Set {' and '.join(missing)} (or {missing[0]}_FILE): see .env.example."
            )
        try:
            asyncio.run(run(mode=mode))
        except InvalidToken:
            # Not its own words: they quote the token.
            raise CommandError("Telegram does not accept BOT_TOKEN.") from None
