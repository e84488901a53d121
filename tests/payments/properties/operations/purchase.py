"""Customers who come, order, give up, let an invoice lapse and ask whether the money is there."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import multiple, rule

from payments.models import Customer, Payment, PaymentEvent
from payments.services.checkout import cancel_payment, start_checkout
from payments.services.checks import check_payment
from payments.services.customers import meet_customer
from payments.services.expiry import expire_payments
from payments.services.pricing import quote
from tests.payments.properties.bank import Order
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import Operations, customers, orders
from tests.payments.properties.voices import PROVIDERS, VOICES

PURPOSES = ["term", "term", "gift", "change"]
SPANS = [
    timedelta(minutes=2),
    timedelta(hours=2),
    timedelta(days=1),
    timedelta(days=29),
    timedelta(days=400),
]


class Purchase(Operations):
    @rule(target=customers, inviter=customers)
    def meet(self, inviter: int):
        number = Customer.objects.count() + 1
        code = Customer.objects.get(pk=inviter).invite_code
        return meet_customer(telegram_id=number, invite_code=code).pk

    @rule(
        target=orders,
        customer=customers,
        plan=st.integers(0, 1),
        provider=st.sampled_from(PROVIDERS),
        purpose=st.sampled_from(PURPOSES),
        fault=faults(),
    )
    def order(self, customer: int, plan: int, provider: str, purpose: str, fault: Fault | None):
        """A term, a gift, or another plan for the rest of the present one; cheaper where a code was entered."""
        chosen = self.world.plans[plan]
        meant = Payment.Purpose(purpose)
        price = quote(customer_id=customer, plan=chosen, purpose=meant)
        if price is None:
            return multiple()
        known = len(self.world.bank.orders)
        self.world.attempt(
            lambda: start_checkout(
                customer_id=customer,
                plan_id=chosen.pk,
                provider=provider,
                method=VOICES[provider].method,
                shown_amount=price.amount,
                purpose=meant,
            ),
            fault=fault,
        )
        return multiple(*self.world.bank.orders[known:])

    @rule(order=orders)
    def give_up(self, order: Order) -> None:
        if payment := self.world.payment_of(order):
            self.world.attempt(
                lambda: cancel_payment(payment_id=payment.pk, customer_id=payment.customer_id)
            )

    @rule(order=orders, by_staff=st.booleans(), fault=faults(), down=st.booleans())
    def check(self, order: Order, by_staff: bool, fault: Fault | None, down: bool) -> None:
        origin = PaymentEvent.Origin.STAFF if by_staff else PaymentEvent.Origin.CHECK
        if payment := self.world.payment_of(order):
            self.world.bank.down = down
            self.world.attempt(
                lambda: check_payment(payment_id=payment.pk, origin=origin), fault=fault
            )
            self.world.bank.down = False

    @rule(span=st.sampled_from(SPANS), fault=faults())
    def time_passes(self, span: timedelta, fault: Fault | None) -> None:
        self.world.clock.forward(span)
        self.world.attempt(expire_payments, fault=fault)
