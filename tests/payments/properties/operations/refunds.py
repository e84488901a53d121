"""Money that goes back: whole, in parts, more than there was."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import multiple, precondition, rule

from payments.models import Incident, Payment, Refund
from payments.money import Money
from payments.services.incidents import WITH_MONEY
from payments.services.refund_rules import REFUNDABLE, refundable
from payments.services.refunds import complete_manual, start_refund
from payments.services.suspense import left_of
from tests.payments.properties.bank import Movement, Order
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import THEN, Operations, letters, pick
from tests.payments.properties.voices import VOICES

PART = Decimal("40.00")
PARTS = ["whole", "whole", "part", "part", "rest", "more"]


class Refunds(Operations):
    @precondition(lambda self: self.refundable())
    @rule(
        target=letters,
        which=pick,
        part=st.sampled_from(PARTS),
        then=THEN,
        fault=faults(),
        payment=pick,
    )
    def refund(self, which: int, payment: int, part: str, then: str, fault: Fault | None):
        """The shop gives money back in the provider's own cabinet. `more` is what a broken provider might say."""
        order = self.refundable()[which % len(self.refundable())]
        back = order.came[payment % len(order.came)]
        left = order.left_of(back)
        amount = {
            "whole": back.money.amount,
            "part": min(Decimal("50.00"), left),
            "rest": left,
            "more": back.money.amount + 1,
        }[part]
        believed = VOICES[order.provider].signed  # elsewhere the API is asked, and it cannot say so
        if amount <= 0 or (amount > left and not (part == "more" and believed)):
            return multiple()
        movement = Movement(
            self.world.bank.number(), Money(amount, back.money.currency), of=back.number
        )
        order.went.append(movement)
        raw = VOICES[order.provider].refunded(order, movement)
        return self.send(order, raw, then=then, fault=fault)

    @rule(
        which=pick, amount=st.sampled_from(["all", "part"]), days=st.integers(0, 9), fault=faults()
    )
    def give_back(self, which: int, amount: str, days: int, fault: Fault | None) -> None:
        """Staff give money back from the office: of what an order brought."""
        paid = Payment.objects.filter(status__in=REFUNDABLE).order_by("id")
        if not paid:
            return
        payment = paid[which % len(paid)]
        left = refundable(payment).amount
        self._start(payment, left if amount == "all" else min(left, PART), days, None, fault)

    @rule(which=pick, fault=faults())
    def give_back_what_waits(self, which: int, fault: Fault | None) -> None:
        waiting = Incident.objects.filter(
            status="open", kind__in=WITH_MONEY, refund=None, amount__isnull=False
        ).order_by("id")
        incident = waiting[which % len(waiting)] if waiting else None
        if incident is not None and incident.payment is not None:
            self._start(incident.payment, left_of(incident), 0, incident.pk, fault)

    @rule(fault=faults(), down=st.booleans())
    def send_what_was_ordered(self, fault: Fault | None, down: bool) -> None:
        self.world.bank.down = down
        self.world.attempt(self.world.send_refunds, fault=fault)
        self.world.bank.down = False

    @rule(which=pick, fault=faults())
    def transfer_by_hand(self, which: int, fault: Fault | None) -> None:
        """What the provider would not do, a person did."""
        rows = Refund.objects.filter(status__in=["manual", "failed"]).order_by("id")
        if rows:
            chosen = rows[which % len(rows)].pk
            staff = self.world.staff
            self.world.attempt(
                lambda: complete_manual(refund_id=chosen, staff=staff, evidence="bank, 1"),
                fault=fault,
            )

    def _start(
        self,
        payment: Payment,
        amount: Decimal,
        days: int,
        incident: int | None,
        fault: Fault | None,
    ) -> None:
        self.world.attempt(
            lambda: start_refund(
                payment_id=payment.pk,
                staff=self.world.staff,
                amount=amount,
                days=days,
                reason="a wish",
                key=UUID(int=self.world.bank.number()),
                incident_id=incident,
            ),
            fault=fault,
        )

    def refundable(self) -> list[Order]:
        """Orders somebody paid at a provider that tells of refunds."""
        return [
            order
            for order in self.world.bank.orders
            if order.came and VOICES[order.provider].refunds
        ]
