"""`manage.py ask_protalk client "…"`: whether the token and the number of a bot fit, in the bot's own words."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.errors import IntegrationError
from integrations.protalk.client import get_bot


class Command(BaseCommand):
    help = (
        "Ask a bot of ProTalk a question in a chat of its own and print the answer. The question is"
        " a real one: the bot thinks about it, which the account may be charged for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bot", choices=["client", "partner"])
        parser.add_argument("question")
        parser.add_argument(
            "--poll",
            action="store_true",
            help="for a bot that thinks longer than a connection lives: ask, then look for the reply",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chat = f"check-{token_hex(8)}"
        try:
            bot = get_bot(options["bot"])
            ask = bot.ask_and_poll if options["poll"] else bot.ask
            self.stdout.write(ask(options["question"], chat=chat))
        except IntegrationError as error:
            raise CommandError(f"{type(error).__name__}: {error}") from None
