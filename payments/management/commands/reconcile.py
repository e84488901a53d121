from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.clock import now
from integrations.errors import IntegrationError
from payments.provider import ListsPayments, PaymentProvider
from payments.registry import UnknownProvider, get_provider, ready_providers
from payments.services.reconciliation import compare

DEFAULT_DAYS = 3


def moment(text: str) -> datetime:
    """2026-11-20, 2026-11-20T09:30+03:00, or 36h, 14d back from now."""
    if text[:-1].isdigit() and text[-1] in "hd":
        count = int(text[:-1])
        return now() - (timedelta(hours=count) if text[-1] == "h" else timedelta(days=count))
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date: 2026-11-20, 36h or 14d") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Compare payments with the providers' own lists. Changes nothing; exit 1 where they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", help="only this one: a name of PAYMENT_PROVIDERS")
        parser.add_argument(
            "--since", type=moment, help=f"2026-11-20, 36h or 14d; {DEFAULT_DAYS}d if not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        since = options["since"] or now() - timedelta(days=DEFAULT_DAYS)
        failed = [
            provider.slug
            for provider in self._providers(options["provider"])
            if not self._agrees(provider, since)
        ]
        if failed:
            sys.exit(1)

    def _providers(self, slug: str | None) -> list[PaymentProvider]:
        if not slug:
            return ready_providers()
        try:
            return [get_provider(slug)]
        except UnknownProvider:
            raise CommandError(f"{slug} is not switched on in PAYMENT_PROVIDERS.") from None

    def _agrees(self, provider: PaymentProvider, since: datetime) -> bool:
        """Print one provider's report; whether nothing is open."""
        if not isinstance(provider, ListsPayments):
            self.stdout.write(f"⚠️ {provider.label}: its API cannot list payments, nothing compared")
            return True
        try:
            result = compare(provider, since=since)
        except IntegrationError as error:
            self.stdout.write(f"❌ {provider.label}: {error}")
            return False
        for found in result.discrepancies:
            number = f"№ {found.payment.pk}" if found.payment else "—"
            self.stdout.write(f"❌ {provider.label} {number} {found.reference}: {found.detail}")
        sign = "❌" if result.discrepancies else "✅"
        self.stdout.write(
            f"{sign} {provider.label}: {result.listed} listed since {since:%Y-%m-%d %H:%M} UTC,"
            f" {len(result.discrepancies)} differences"
        )
        return not result.discrepancies
