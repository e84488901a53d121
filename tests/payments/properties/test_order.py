"""What is told of one order in any order comes to the same, as long as no two things told contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.errors import EventTooEarly
from payments.models import Payment, PaymentEvent, Referral
from payments.provider import EventKind
from payments.services.transitions import apply_event, close_open
from tests.factories import a_customer, a_payment
from tests.payments.events import event
from tests.payments.properties.books import in_order
from tests.payments.properties.clock import Clock
from tests.payments.properties.run import at_most
from tests.payments.properties.world import unheard
from tests.support.summary import PROPERTY_RUNS

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Told:
    kind: EventKind
    number: int = 0
    amount: str = "199.00"


# Refunds of these never come to more than the payment.
POOL: list[Told | str] = [
    Told(EventKind.PENDING),
    Told(EventKind.FAILED),
    Told(EventKind.CANCELED),
    Told(EventKind.PAID, 1),
    Told(EventKind.PAID, 2),
    Told(EventKind.REFUNDED, 1, "100.00"),
    Told(EventKind.REFUNDED, 2, "49.00"),
    Told(EventKind.REFUNDED, 3, "50.00"),
    "the invoice lapses",
]


def tell(payment: Payment, told: Told | str) -> bool:
    """Whether it was taken; what is too early is told again later."""
    if isinstance(told, str):
        close_open(payment_id=payment.pk, to=Payment.Status.EXPIRED)
        return True
    said = event(payment, told.kind, event_id=f"{told.kind}:{told.number}", amount=told.amount)
    try:
        apply_event(payment_id=payment.pk, event=said, origin=PaymentEvent.Origin.CALLBACK)
    except EventTooEarly:
        return False
    return True


def outcome(payment: Payment, order: list[Told | str], *, audit: bool = False) -> dict[str, Any]:
    """What is left of a world to which this was told, once it was told again until all was taken."""
    with transaction.atomic():
        left = list(order)
        while left:
            early = [told for told in left if not tell(payment, told)]
            if len(early) == len(left):
                break
            left = early
        if audit:
            in_order()
        fresh = Payment.objects.get(pk=payment.pk)
        unpaid = fresh.status in (Payment.Status.FAILED, "canceled", "expired", "pending")
        seen = {
            "status": "unpaid" if unpaid else fresh.status,
            "money": sorted(fresh.money_entries.values_list("kind", "amount", "currency")),
            "days": sum(entry.seconds for entry in fresh.day_entries.filter(referral=None)),
            "bonus": sum(entry.seconds for entry in fresh.day_entries.exclude(referral=None)),
            "referral": Referral.objects.get().status,
            "waiting": sorted({str(told) for told in left}),
        }
        transaction.set_rollback(True)
    return seen


def test_the_order_in_which_things_are_told_does_not_matter(record_property):
    inviter, friend = a_customer(), a_customer()
    Referral.objects.create(inviter=inviter, friend=friend)
    payment = a_payment(customer=friend, amount=Decimal("199.00"))
    runs = steps = 0

    @settings(at_most(400 * settings().max_examples // 100))
    @given(st.data())
    def one(data: st.DataObject) -> None:
        nonlocal runs, steps
        told = data.draw(st.lists(st.sampled_from(POOL), min_size=2, max_size=7, unique_by=str))
        other = data.draw(st.permutations(told))
        again = data.draw(st.lists(st.sampled_from(told), max_size=3))
        assert outcome(payment, told, audit=True) == outcome(payment, [*other, *again])
        runs, steps = runs + 1, steps + 2 * len(told) + len(again)

    with unheard(), Clock().ticking():
        one()
    record_property(PROPERTY_RUNS, {"examples": runs, "steps": steps, "faults": 0})
    assert runs > 100
