"""Charges without the customer, and our own questions about open payments."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from payments.models import AutoRenewal
from payments.services.polling import poll_payments
from payments.services.provider_subscriptions import stop_renewing
from payments.services.renewal_runs import renew_due
from payments.services.renewals import Reason
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import Operations, customers
from tests.payments.properties.world import UNHURRIED


class Renewals(Operations):
    @precondition(lambda self: AutoRenewal.objects.filter(is_on=True).exists())
    @rule(wait=st.booleans(), said=st.sampled_from(["yes", "no", "lost", "down"]), fault=faults())
    def renew(self, wait: bool, said: str, fault: Fault | None) -> None:
        """The worker looks what is due; with `wait` at the moment when the next thing is."""
        bank, clock = self.world.bank, self.world.clock
        due = AutoRenewal.objects.filter(is_on=True).order_by("next_try_at").first()
        if wait and due is not None and due.next_try_at is not None:
            clock.moment = max(clock.moment, due.next_try_at)
        bank.declines, bank.mute, bank.down = said == "no", said == "lost", said == "down"
        self.world.attempt(lambda: renew_due(seconds=UNHURRIED), fault=fault)
        bank.declines = bank.mute = bank.down = False

    @rule(customer=customers)
    def renew_no_more(self, customer: int) -> None:
        self.world.attempt(lambda: stop_renewing(customer_id=customer, reason=Reason.CUSTOMER))

    @rule(fault=faults(), down=st.booleans())
    def poll(self, fault: Fault | None, down: bool) -> None:
        self.world.bank.down = down
        self.world.attempt(lambda: poll_payments(seconds=2), fault=fault)
        self.world.bank.down = False
