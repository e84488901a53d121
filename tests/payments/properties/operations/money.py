"""What payers do at the bank, and how the providers tell us of it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, precondition, rule

from payments.money import Money
from tests.payments.properties.bank import Letter, Movement, Order
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import THEN, Operations, letters, orders, pick
from tests.payments.properties.voices import PROVIDERS, VOICES, WORDS

MOST_PAYMENTS = 3  # of one order


def other_sum(asked: Money, how: str) -> Money:
    return {
        "low": Money(asked.amount - 1, asked.currency),
        "high": Money(asked.amount + 1, asked.currency),
        "foreign": Money(asked.amount, "USD"),
    }[how]


class MoneyIn(Operations):
    @initialize(target=letters, which=st.sets(st.integers(0, 3), max_size=3))
    def some_are_paid_already(self, which: set[int]):
        """So that much of a run is about what comes after."""
        sent = [
            self._pay(self.world.bank.orders[number], None, bare=False, then="told", fault=None)
            for number in sorted(which)
        ]
        if sent:
            self.settle_all(None)
        return multiple(*sent)

    @precondition(lambda self: self.payable())
    @rule(target=letters, which=pick, bare=st.booleans(), then=THEN, fault=faults())
    def pay(self, which: int, bare: bool, then: str, fault: Fault | None):
        """Money arrives at the bank. Where an order can be paid by several operations, it may be paid again."""
        order = self.payable()[which % len(self.payable())]
        return self._pay(order, None, bare=bare, then=then, fault=fault)

    @precondition(lambda self: self.payable())
    @rule(
        target=letters,
        which=pick,
        how=st.sampled_from(["low", "high", "foreign"]),
        bare=st.booleans(),
        then=THEN,
        fault=faults(),
    )
    def pay_another_sum(self, which: int, how: str, bare: bool, then: str, fault: Fault | None):
        order = self.payable()[which % len(self.payable())]
        sum_ = other_sum(order.money, how)
        return self._pay(order, sum_, bare=bare, then=then, fault=fault)

    @rule(
        target=letters,
        order=orders,
        word=st.sampled_from(WORDS),
        bare=st.booleans(),
        then=THEN,
        fault=faults(),
    )
    def say(self, order: Order, word: str, bare: bool, then: str, fault: Fault | None):
        """Anything but money. An order that has come to its end there stays at it."""
        order.word = order.word if order.word in ("failed", "canceled") else word
        told = VOICES[order.provider].said(order, order.word, bare=bare)
        return self.send(order, told, then=then, fault=fault)

    @rule(target=letters, provider=st.sampled_from(PROVIDERS), number=st.integers(0, 2))
    def pay_for_nobodys_order(self, provider: str, number: int):
        """Genuine, and about no order of ours: of another shop on the same account, or of an order we lost."""
        reference = f"{number:032x}"
        money = Money(Decimal("199.00"), "RUB")
        order = self.world.bank.open(provider, reference=reference, money=money)
        if not order.came:
            order.came.append(Movement(self.world.bank.number(), money))
        return self.send(order, VOICES[provider].paid(order, order.came[0], bare=False))

    @rule(letter=letters)
    def deliver(self, letter: Letter) -> None:
        """Late, again, or in another order than it was sent."""
        self.world.attempt(lambda: self.world.tell(letter))

    @rule(fault=faults(), down=st.booleans())
    def settle(self, fault: Fault | None, down: bool) -> None:
        self.world.bank.down = down
        self.settle_all(fault)
        self.world.bank.down = False

    @rule(fault=faults(), down=st.booleans())
    def react(self, fault: Fault | None, down: bool) -> None:
        self.world.panel.down = down
        self.world.attempt(self.world.react, fault=fault)
        self.world.panel.down = False

    def payable(self) -> list[Order]:
        """Orders of ours that somebody could pay at the bank at this moment."""
        return [
            order
            for order in self.world.bank.orders
            if not order.came or VOICES[order.provider].several_payments
        ]

    def _pay(
        self, order: Order, money: Money | None, *, bare: bool, then: str, fault: Fault | None
    ):
        if len(order.came) == MOST_PAYMENTS:
            return multiple()
        movement = Movement(self.world.bank.number(), money or order.money)
        order.came.append(movement)
        raw = VOICES[order.provider].paid(order, movement, bare=bare)
        return self.send(order, raw, then=then, fault=fault)
