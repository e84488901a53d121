"""Any order of purchases, changes, gifts and refunds: the books are in order, and no money means no days."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from payments.models import DayEntry, Gift, Payment, Plan
from payments.provider import EventKind
from payments.services import days, gifts
from payments.services.audit import audit_ledgers
from payments.services.effects import changes_offered
from tests.payments.events import send

PRICES = {"1m": (30, 200), "3m": (90, 500), "12m": (365, 1550)}
STEPS = 20


class Shop:
    """One shop with two customers, and a dice that decides what happens next."""

    def __init__(self, seed: int, make_payment, make_customer, move_clock) -> None:
        self.dice = random.Random(seed)
        self.make_payment, self.move_clock = make_payment, move_clock
        self.people = [make_customer(), make_customer()]
        self.plans = [
            Plan.objects.create(
                code=f"{code}-{seed}",
                title_ru=code,
                title_en=code,
                length=length,
                amount=Decimal(price),
            )
            for code, (length, price) in PRICES.items()
        ]
        self.waiting: list[Payment] = []
        self.paid: list[Payment] = []

    def buys(self, purpose: str = "term") -> None:
        plan = self.dice.choice(self.plans)
        self._opens(plan=plan, amount=plan.amount, purpose=purpose)

    def gives(self) -> None:
        self.buys("gift")

    def changes(self) -> None:
        person = self.dice.choice(self.people)
        offers = changes_offered(customer_id=person.pk, language="ru")
        if not offers:
            return
        offer = self.dice.choice(offers)
        self._opens(
            customer=person,
            plan=Plan.objects.get(pk=offer.offer.plan_id),
            amount=offer.amount,
            discount=offer.quote.discount,
            purpose="change",
            replaces=offer.quote.replaces,
        )

    def pays(self) -> None:
        if self.waiting:
            payment = self.waiting.pop(self.dice.randrange(len(self.waiting)))
            send(payment, EventKind.PAID, amount=str(payment.amount))
            self.paid.append(payment)

    def refunds(self) -> None:
        if self.paid:
            payment = self.paid.pop(self.dice.randrange(len(self.paid)))
            send(payment, EventKind.REFUNDED, amount=str(payment.amount))

    def claims(self) -> None:
        gift = Gift.objects.order_by("?").first()
        if gift is not None:
            gifts.claim(token=gift.token, customer_id=self.dice.choice(self.people).pk)

    def waits(self) -> None:
        self.move_clock(timedelta(hours=self.dice.choice([1, 20, 24 * 9, 24 * 40])))

    def happens(self) -> None:
        often = [self.buys, self.changes, self.pays] * 2
        step = self.dice.choice(
            [*often, self.pays, self.gives, self.refunds, self.claims, self.waits]
        )
        step()

    def _opens(self, **fields) -> None:
        plan = fields["plan"]
        fields.setdefault("customer", self.dice.choice(self.people))
        self.waiting.append(self.make_payment(length=plan.length, **fields))


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_the_books_are_in_order(
    seed, make_payment, make_customer, move_clock, settings
):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)
    shop = Shop(seed, make_payment, make_customer, move_clock)
    for _step in range(STEPS):
        shop.happens()
    assert audit_ledgers().differences == []
    assert all(days.left_of(entry) >= 0 for entry in DayEntry.objects.filter(seconds__gt=0))

    for payment in [*shop.paid]:
        send(payment, EventKind.REFUNDED, amount=str(payment.amount))
    # All the money has gone back, and so has every day that was bought with it.
    assert audit_ledgers().differences == []
    total = sum(entry.seconds for entry in DayEntry.objects.all())
    assert total == 0
