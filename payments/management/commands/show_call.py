"""`manage.py show_call N`: one stored call as it came, and what the keys of today say of it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from integrations.admin.body import CARD_TOKEN_BYTES
from integrations.models import InboundCallback
from payments.provider import Trust
from payments.registry import UnknownProvider
from payments.services.judging import Judgement, judge

Verdict = InboundCallback.Verdict
WORTH = {Trust.SIGNED.value: "signed", Trust.HINT.value: "hint, their API is asked"}


class Command(BaseCommand):
    help = "Show one stored call byte by byte, and whether the keys of today accept it. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "id", type=int, help="number of the stored call (admin: incoming calls)"
        )
        parser.add_argument(
            "--body", action="store_true", help="the body alone, without even a line break"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        row = InboundCallback.objects.filter(pk=options["id"]).first()
        if row is None:
            raise CommandError(f"There is no stored call {options['id']}.")
        # What charges a saved card is shown nowhere.
        body = CARD_TOKEN_BYTES.sub(rb"\1***", bytes(row.body))
        if options["body"]:
            sys.stdout.buffer.write(body)
            return
        for line in [*_about(row), *_worth(row)]:
            self.stdout.write(line)
        for name, value in sorted(row.headers.items()):
            self.stdout.write(f"  {name}: {value}")
        self.stdout.write(body.decode(errors="backslashreplace"))


def _about(row: InboundCallback) -> list[str]:
    origin = f"{row.source}/{row.kind}" if row.kind else row.source
    verdict = f"{row.verdict} ({row.verdict_reason})" if row.verdict_reason else row.verdict
    became = f"{row.status}: {row.outcome or row.error or 'no word'}"
    case = f" [{row.case}]" if row.case else ""
    came = localtime(row.received_at).isoformat(sep=" ", timespec="seconds")
    return [
        f"call {row.pk}: {origin}, {verdict}, {became}{case}",
        f"came {came} from {row.remote_addr or 'an unknown address'}, deliveries: {row.deliveries}",
        f"SHA-256 of the body: {row.digest}",
    ]


def _worth(row: InboundCallback) -> list[str]:
    """Nothing for calls of services that are no payment systems: their secret is not kept with them."""
    try:
        found = judge(row)
    except UnknownProvider:
        return []
    return [f"with today's keys: {_in_words(found)}"]


def _in_words(found: Judgement) -> str:
    if found.verdict != Verdict.ACCEPTED:
        return f"{found.verdict} ({found.reason})"
    words = f"{found.verdict}; {WORTH[found.trust]}"
    return f"{words}: {found.by}" if found.by else words
