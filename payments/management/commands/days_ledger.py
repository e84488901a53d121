from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localtime

from payments import selectors
from payments.selectors_days import day_story


class Command(BaseCommand):
    help = "Say why a customer's access lasts until its date: every entry of days, line by line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("telegram_id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        customer = selectors.customer_by_telegram(options["telegram_id"])
        if customer is None:
            raise CommandError(f"No customer has the Telegram ID {options['telegram_id']}.")
        story = day_story(customer.pk, for_staff=True)
        if story is None:
            raise CommandError(f"{customer} has never had access.")
        for line in story.lines:
            self.stdout.write(
                f"{_local(line.at)}  {line.kind}  {line.days}"
                f"  {_local(line.starts_at)} → {_local(line.until)}  {line.why}"
            )
        self.stdout.write(f"= {_local(story.expires_at)}")


def _local(moment: datetime) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M}"
