"""Promo codes, a trial, gifts claimed: what gives days or makes a purchase cheaper."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from payments.models import Gift
from payments.services.gifts import claim
from payments.services.promotions import enter
from payments.services.trials import start_trial
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import Operations, customers, pick


class Promotions(Operations):
    @rule(customer=customers, code=st.sampled_from(["DAYS5", "cheaper", "nothing"]), fault=faults())
    def enter_a_code(self, customer: int, code: str, fault: Fault | None) -> None:
        self.world.attempt(lambda: enter(customer_id=customer, text=code), fault=fault)

    @rule(customer=customers, fault=faults())
    def try_it(self, customer: int, fault: Fault | None) -> None:
        self.world.attempt(lambda: start_trial(customer_id=customer), fault=fault)

    @precondition(lambda self: Gift.objects.exists())
    @rule(customer=customers, which=pick, fault=faults())
    def claim_a_gift(self, customer: int, which: int, fault: Fault | None) -> None:
        gifts = Gift.objects.order_by("id")
        token = gifts[which % len(gifts)].token
        self.world.attempt(lambda: claim(token=token, customer_id=customer), fault=fault)
