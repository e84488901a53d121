"""A partner's purchases for tests: rows as a checkout and its provider leave them."""

from __future__ import annotations

from typing import Any

from integrations.models import OutboxMessage
from integrations.services import outbox
from partners.models import Partner
from payments.models import Payment, Plan
from payments.provider import EventKind
from payments.services.pay_pages import new_page
from tests.payments.events import send


def plan(tier: str, term: str = "month") -> Plan:
    return Plan.objects.get(code=f"p-{tier}-{term}")


def invoice(partner: Partner, tier: str = "basic", term: str = "month", **fields: Any) -> Payment:
    """An open invoice of a partner for a plan."""
    bought = plan(tier, term)
    assert partner.account is not None
    return Payment.objects.create(
        **{
            "customer": partner.account,
            "plan": bought,
            "length": bought.length,
            "unit": bought.unit,
            "provider": "yookassa",
            "amount": bought.amount,
            "currency": bought.currency,
            "status": Payment.Status.PENDING,
            "external_id": f"ext-{Payment.objects.count()}",
            "pay_link": new_page(customer_id=partner.account.pk, plan_id=bought.pk),
            **fields,
        }
    )


def buy(partner: Partner, tier: str = "basic", term: str = "month", **fields: Any) -> Payment:
    """The same, paid for."""
    payment = invoice(partner, tier, term, **fields)
    send(payment, EventKind.PAID, amount=f"{payment.amount:f}")
    return payment


def react() -> None:
    """Let the outbox do what it has to until nothing is left; a letter stays written."""
    while OutboxMessage.objects.filter(delivered_at=None).exclude(topic="letter.written").exists():
        for message in OutboxMessage.objects.filter(delivered_at=None).exclude(
            topic="letter.written"
        ):
            outbox.deliver(message)
