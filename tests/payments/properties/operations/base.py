"""What every family of operations has: the world, and what earlier steps made."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple

from integrations.callbacks import RawCallback
from tests.payments.properties.bank import Order
from tests.payments.properties.faults import Fault
from tests.payments.properties.world import World

pick = st.integers(0, 7)  # one of several, counted round
# How far a call gets at once: it may be lost, or stored, or settled.
THEN = st.sampled_from(["nothing", "told", "settled", "settled"])

customers = Bundle("customers")  # ids
orders = Bundle("orders")  # bank.Order
letters = Bundle("letters")  # bank.Letter


class Operations(RuleBasedStateMachine):
    """A family of operations adds rules to the machine; `world` is set by the test that runs it."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()

    @initialize(target=customers)
    def two_customers(self):
        return multiple(self.world.inviter.pk, self.world.friend.pk)

    @initialize(target=orders)
    def open_orders(self):
        return multiple(*self.world.bank.orders)

    def send(
        self,
        order: Order,
        raw: RawCallback | None,
        *,
        then: str = "told",
        fault: Fault | None = None,
    ):
        """A call about an order, for the bundle of letters."""
        letter = self.world.bank.post(order, raw)
        if letter is None:
            return multiple()
        if then != "nothing":
            self.world.attempt(lambda: self.world.tell(letter))
        if then == "settled":
            self.settle_all(fault)
        return letter

    def settle_all(self, fault: Fault | None) -> None:
        """Our workers for money: signed calls, then hints, each dying where the fault is."""
        self.world.attempt(self.world.settle, fault=fault)
        self.world.attempt(self.world.confirm, fault=fault)

    def teardown(self) -> None:
        self.world.end()
