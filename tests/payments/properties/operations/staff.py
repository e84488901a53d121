"""What people at the shop do by hand."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from payments.services.fulfilment import give_access
from payments.services.staff import give_days, repeat_case
from tests.payments.properties.bank import Order
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import Operations, customers, orders


class Staff(Operations):
    @rule(order=orders, fault=faults())
    def give_access(self, order: Order, fault: Fault | None) -> None:
        if payment := self.world.payment_of(order):
            self.world.attempt(
                lambda: give_access(
                    payment_id=payment.pk, reason="a receipt was shown", staff=self.world.staff
                ),
                fault=fault,
            )

    @rule(customer=customers, number=st.integers(1, 40), form=st.integers(0, 3), fault=faults())
    def give_days(self, customer: int, number: int, form: int, fault: Fault | None) -> None:
        """A form that is sent twice gives once."""
        self.world.attempt(
            lambda: give_days(
                customer_id=customer,
                number=number,
                reason="an apology",
                staff=self.world.staff,
                key=f"{customer}:{form}",
            ),
            fault=fault,
        )

    @rule(order=orders, fault=faults())
    def repeat(self, order: Order, fault: Fault | None) -> None:
        if payment := self.world.payment_of(order):
            self.world.attempt(lambda: repeat_case(payment), fault=fault)
