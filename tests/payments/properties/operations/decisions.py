"""People at exceptions: every decision that an open incident offers, and the worker's own second thoughts."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from payments.models import Incident
from payments.services.incident_actions import act, actions_of
from payments.services.incident_desk import Decision
from tests.payments.properties.bank import Order
from tests.payments.properties.faults import Fault, faults
from tests.payments.properties.operations.base import Operations, orders, pick


class Decisions(Operations):
    @rule(which=pick, choice=pick, order=orders, new=st.booleans(), fault=faults())
    def decide(self, which: int, choice: int, order: Order, new: bool, fault: Fault | None) -> None:
        """`order` is whose money a person takes an unknown payer's for, or `new`: a new purchase of that customer."""
        rows = list(Incident.objects.filter(status="open").order_by("id"))
        if not rows:
            return
        incident = rows[which % len(rows)]
        offered = actions_of(incident)
        payment = self.world.payment_of(order)
        if not offered or payment is None:
            return
        decision = Decision(
            staff=self.world.staff,
            reason="looked into it",
            answer="Здравствуйте!" if choice % 2 else "",
            payment_id=None if new else payment.pk,
            customer_id=payment.customer_id if new else None,
            plan_id=payment.plan_id if new else None,
        )
        code = offered[choice % len(offered)].code
        self.world.attempt(
            lambda: act(incident_id=incident.pk, code=code, decision=decision), fault=fault
        )
