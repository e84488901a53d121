"""Open invoices in a stack's database, and the callbacks 1Plat would send about them.

Run as a program it writes the invoices with the database of its environment and prints them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

import django

SHOP_ID = "4242"
SECRET = "plat-sandbox-secret"
INVITERS_FROM = 800_000_000
CUSTOMERS_FROM = 810_000_000


@dataclass(frozen=True)
class Order:
    """A customer who was brought by a friend of his own, and his open invoice."""

    payment_id: int
    customer_id: int
    telegram_id: int
    inviter_id: int
    reference: str
    guid: str
    amount: str

    def callback(self, *, signature: str = "hmac", status: str = "1") -> bytes:
        from payments.money import Money
        from payments.providers.oneplat.adapter import Provider

        provider = Provider(shop_id=SHOP_ID, secret=SECRET)
        return provider.build_test_callback(
            reference=self.reference,
            external_id=self.guid,
            money=Money(Decimal(self.amount), "RUB"),
            status=status,
            signature=signature,
        ).body


def open_orders(count: int, env: Mapping[str, str], *, offset: int = 0) -> list[Order]:
    command = [sys.executable, "-m", "tests.faults.orders", str(count), str(offset)]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [Order(**fields) for fields in json.loads(done.stdout.splitlines()[-1])]


def _write(count: int, offset: int) -> list[Order]:
    from payments.models import Customer, Payment, Plan, Referral

    plan, _made = Plan.objects.get_or_create(
        code="faults",
        defaults={
            "title_ru": "30",
            "title_en": "30",
            "length": 30,
            "amount": Decimal(199),
            "is_active": False,
        },
    )
    numbers = range(offset, offset + count)
    inviters = Customer.objects.bulk_create(
        Customer(telegram_id=INVITERS_FROM + n) for n in numbers
    )
    friends = Customer.objects.bulk_create(
        Customer(telegram_id=CUSTOMERS_FROM + n) for n in numbers
    )
    pairs = list(zip(inviters, friends, strict=True))
    Referral.objects.bulk_create(
        Referral(inviter=inviter, friend=friend) for inviter, friend in pairs
    )
    payments = Payment.objects.bulk_create(
        Payment(
            customer=friend,
            plan=plan,
            length=plan.length,
            unit=plan.unit,
            provider="oneplat",
            method="card",
            external_id=str(uuid.uuid4()),
            amount=plan.amount,
            currency=plan.currency,
            status=Payment.Status.PENDING,
        )
        for friend in friends
    )
    return [
        Order(
            payment_id=payment.pk,
            customer_id=friend.pk,
            telegram_id=friend.payer_id,
            inviter_id=inviter.pk,
            reference=payment.reference,
            guid=payment.external_id,
            amount="199",
        )
        for payment, (inviter, friend) in zip(payments, pairs, strict=True)
    ]


if __name__ == "__main__":
    django.setup()
    print(json.dumps([asdict(order) for order in _write(int(sys.argv[1]), int(sys.argv[2]))]))
