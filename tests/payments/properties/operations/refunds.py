"""Money that goes back: whole, in parts, more than there was."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import multiple, precondition, rule

from payments.money import Money
from tests.payments.properties.bank import Movement, Order
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import THEN, Operations, letters, pick
from tests.payments.properties.voices import VOICES

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
        gone = sum((one.money.amount for one in order.went if one.of == back.number), Decimal(0))
        left = back.money.amount - gone
        amount = {
            "whole": back.money.amount,
            "part": min(Decimal("50.00"), left),
            "rest": left,
            "more": back.money.amount + 1,
        }[part]
        if amount <= 0 or (amount > left and part != "more"):
            return multiple()
        movement = Movement(
            self.world.bank.number(), Money(amount, back.money.currency), of=back.number
        )
        order.went.append(movement)
        raw = VOICES[order.provider].refunded(order, movement)
        return self.send(order, raw, then=then, fault=fault)

    def refundable(self) -> list[Order]:
        """Orders somebody paid at a provider that tells of refunds."""
        return [
            order
            for order in self.world.bank.orders
            if order.came and VOICES[order.provider].refunds
        ]
