"""`manage.py send_test_callback <provider>`: see the whole way from the provider's door to the access.

The callback is signed with our own secret and sent over HTTP like a genuine one, and it has the
same effect: a payment it calls paid is paid.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.callbacks import RawCallback
from integrations.knocking import knock
from payments.models import Payment
from payments.provider import EventKind, SignsTestCallbacks
from payments.registry import UnknownProvider, get_provider


class Command(BaseCommand):
    help = (
        "Sign and send a test callback for a payment, and print the answer. It works like a genuine"
        " one: with a status that means paid, the payment is paid and access is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "provider", help="a provider that is switched on: a name of PAYMENT_PROVIDERS"
        )
        parser.add_argument(
            "--status", help="the provider's own word for a status; default: the one for paid"
        )
        parser.add_argument("--payment", type=int, help="number; default: the newest open payment")
        parser.add_argument("--sign", help="which signature is right; default: the best one")
        parser.add_argument("--url", help="where to send; default: this site's own address")

    def handle(self, *args: Any, **options: Any) -> None:
        provider = self.provider(options["provider"])
        signature = options["sign"] or provider.test_signatures[0]
        known_values("--sign", signature, provider.test_signatures)
        if options["status"] is not None:
            known_values("--status", options["status"], provider.test_statuses)
        payment = self.payment(options["provider"], options["payment"])
        status = options["status"] or paid_status(provider, payment)
        raw = build(provider, payment, status=status, signature=signature)
        address = f"{settings.PUBLIC_URL}/payments/callbacks/{payment.provider}/{raw.kind}"
        url = options["url"] or address.rstrip("/")
        meaning = provider.test_statuses[status]
        self.stdout.write(f"Payment {payment.number}: {payment.money}, now {payment.status}")
        self.stdout.write(f"Status {status} ({meaning}), signature: {signature}")
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
        answer = knock(url, body=raw.body, headers=raw.headers)
        if answer.status is None:
            raise CommandError(f"No answer: {answer.error}")
        self.stdout.write(f"{answer.status} in {answer.milliseconds} ms: {answer.text}")
        if not answer.accepted:
            raise CommandError("A provider would send this again: the answer is not 2xx")


def build(provider: Any, payment: Payment, *, status: str, signature: str) -> RawCallback:
    raw: RawCallback = provider.build_test_callback(
        reference=payment.reference,
        external_id=payment.external_id,
        money=payment.money,
        status=status,
        signature=signature,
    )
    return raw


def paid_status(provider: Any, payment: Payment) -> str:
    """The provider's first word that its own adapter reads as paid."""
    for status in provider.test_statuses:
        raw = build(provider, payment, status=status, signature=provider.test_signatures[0])
        if any(event.kind is EventKind.PAID for event in provider.parse(raw)):
            return str(status)
    raise CommandError("None of its test statuses means paid: use --status")


def known_values(option: str, value: str, known: Any) -> None:
    if value not in known:
        raise CommandError(f"{option} {value}: use one of {', '.join(known)}")
