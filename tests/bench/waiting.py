"""People who have paid and have no access yet, as settling leaves them; needs Django set up."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from integrations.clock import now
from integrations.services import outbox
from payments.models import Customer, Payment, Plan, Subscription
from tests.bench.orders import AMOUNT

FIRST = 830_000_001


def paid(people: int) -> list[int]:
    """Their payments. `outbox.publish` writes what settling would."""
    plan, _made = Plan.objects.get_or_create(
        code="bench",
        defaults={"title_ru": "Месяц", "title_en": "Month", "length": 30, "amount": AMOUNT},
    )
    first, moment = FIRST + Customer.objects.count(), now()
    customers = Customer.objects.bulk_create(
        Customer(telegram_id=first + n, first_name="Bench") for n in range(people)
    )
    Subscription.objects.bulk_create(
        Subscription(customer=one, expires_at=moment + timedelta(days=30)) for one in customers
    )
    payments = Payment.objects.bulk_create(
        Payment(
            customer=one,
            plan=plan,
            length=plan.length,
            unit=plan.unit,
            provider="oneplat",
            external_id=f"bench-{one.telegram_id}",
            amount=plan.amount,
            currency=plan.currency,
            status=Payment.Status.PAID,
            access=Payment.Access.GRANTING,
            poll_at=None,
            paid_at=moment,
        )
        for one in customers
    )
    with transaction.atomic():
        for payment in payments:
            outbox.publish(
                "payment.paid",
                {"payment_id": payment.pk},
                key=f"payment.paid:{payment.pk}",
                case=payment.case,
            )
    return [payment.pk for payment in payments]


def served(*payments: int) -> int:
    chosen = Payment.objects.filter(pk__in=payments) if payments else Payment.objects.all()
    return chosen.filter(access=Payment.Access.GRANTED).count()


def links() -> int:
    return Payment.objects.filter(link_sent_at__isnull=False).count()
