"""`manage.py send_test_callback <provider>`: see the whole way from the provider's door to the access.

The callback is signed with our own secret and sent over HTTP like a genuine one, and it has the
same effect: a payment it calls paid is paid.
"""

from __future__ import annotations

import time
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.callbacks import RawCallback
from payments.models import Payment
from payments.provider import SignsTestCallbacks
from payments.registry import UnknownProvider, get_provider

TIMEOUT = 10  # seconds; providers give up at about this time


class Command(BaseCommand):
    help = (
        "Sign and send a test callback for a payment, and print the answer. It works like a genuine"
        " one: with a status that means paid, the payment is paid and access is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "provider", help="a provider that is switched on: a name of PAYMENT_PROVIDERS"
        )
        parser.add_argument("--status", default="1", help="the provider's own word for a status")
        parser.add_argument("--payment", type=int, help="number; default: the newest open payment")
        parser.add_argument("--sign", default="both", help="which signature is right")
        parser.add_argument("--url", help="where to send; default: this site's own address")

    def handle(self, *args: Any, **options: Any) -> None:
        provider = self.provider(options["provider"])
        known_values("--status", options["status"], provider.test_statuses)
        known_values("--sign", options["sign"], provider.test_signatures)
        payment = self.payment(options["provider"], options["payment"])
        raw = provider.build_test_callback(
            reference=payment.reference,
            external_id=payment.external_id,
            money=payment.money,
            status=options["status"],
            signature=options["sign"],
        )
        address = f"{settings.PUBLIC_URL}/payments/callbacks/{payment.provider}/{raw.kind}"
        url = options["url"] or address.rstrip("/")
        meaning = provider.test_statuses[options["status"]]
        self.stdout.write(f"Payment {payment.number}: {payment.money}, now {payment.status}")
        self.stdout.write(f"Status {options['status']} ({meaning}), signature: {options['sign']}")
        self.stdout.write(f"POST {url}")
        self.send(url, raw)
        self.stdout.write(
            f"Next: a worker applies it. See payment {payment.number} in the admin, and the call"
            f" itself under inbound callbacks ({payment.provider})."
        )

    def provider(self, slug: str) -> Any:
        try:
            provider = get_provider(slug)
        except UnknownProvider:
            known = ", ".join(settings.PAYMENT_PROVIDERS)
            raise CommandError(f"{slug} is not switched on. PAYMENT_PROVIDERS: {known}") from None
        if not isinstance(provider, SignsTestCallbacks):
            raise CommandError(f"{slug} cannot sign test callbacks")
        if missing := provider.missing(settings.CREDENTIALS):
            raise CommandError(f"Set {', '.join(missing)}: nothing can be signed without it")
        return provider

    def payment(self, slug: str, number: int | None) -> Payment:
        payments = Payment.objects.filter(provider=slug)
        if number is not None:
            payment = payments.filter(pk=number).first()
            if payment is None:
                raise CommandError(f"No payment {number} of {slug}")
            return payment
        payment = payments.filter(status__in=Payment.OPEN).order_by("-id").first()
        if payment is None:
            raise CommandError(f"No open payment of {slug}: create one in the bot or use --payment")
        return payment

    def send(self, url: str, raw: RawCallback) -> None:
        started = time.monotonic()
        try:
            answer = requests.post(
                url,
                data=raw.body,
                headers=dict(raw.headers),
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise CommandError(f"No answer: {type(error).__name__}") from None
        elapsed = round((time.monotonic() - started) * 1000)
        self.stdout.write(f"{answer.status_code} in {elapsed} ms: {answer.text[:200]}")
        if not 200 <= answer.status_code < 300:
            raise CommandError("A provider would send this again: the answer is not 2xx")


def known_values(option: str, value: str, known: Any) -> None:
    if value not in known:
        raise CommandError(f"{option} {value}: use one of {', '.join(known)}")
