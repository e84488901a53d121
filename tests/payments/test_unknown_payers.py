"""Money of an unknown payer: linked to an order or a customer by a person, or left outside."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from integrations.clock import wall_clock
from integrations.models import InboundCallback
from payments.errors import NotPossible
from payments.models import DayEntry, Incident, MoneyEntry, Payment
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import inbound
from payments.services.audit import audit_ledgers
from payments.services.incident_actions import act, actions_of
from payments.services.incident_desk import Decision
from tests import factories
from tests.payments.events import send
from tests.support.office import staff_member

S = Payment.Status
MONTH = 30 * 86400


@pytest.fixture(autouse=True)
def _books(db):
    """Whatever a test does, the ledgers agree at its end."""
    yield
    assert audit_ledgers().differences == []


@pytest.fixture
def olga(db) -> User:
    return staff_member(name="olga")


def decide(code: str, staff: User, **fields) -> Incident:
    incident = Incident.objects.get(kind="unknown_payer")
    decision = Decision(staff=staff, reason="клиент прислал чек", **fields)
    return act(incident_id=incident.pk, code=code, decision=decision)


def bought() -> int:
    return sum(entry.seconds for entry in DayEntry.objects.all())


@pytest.fixture
def strange(db) -> Incident:
    """A genuine call about 199 roubles for an order nobody knows, stored and given up."""
    row = factories.a_call(received_at=wall_clock() - timedelta(minutes=5))
    apply_stored(row)
    return Incident.objects.get()


def told_by(row: InboundCallback) -> ProviderEvent:
    return ProviderEvent(
        kind=EventKind.PAID,
        trust=Trust.SIGNED,
        event_id="guid-nobody:paid",
        reference="f" * 32,
        external_id="guid-nobody",
        money=Money(Decimal("199.00"), "RUB"),
    )


def apply_stored(row: InboundCallback) -> None:
    """What the worker does with a row once its body is read."""
    call = inbound.look_up(row, [told_by(row)])
    inbound.lock_customers_of([call])
    inbound.apply_call(call)


def test_money_linked_to_an_open_order_pays_for_it(strange, make_payment, olga):
    payment = make_payment(external_id="guid-own")
    decide("link", olga, payment_id=payment.pk)
    strange.callback.refresh_from_db()
    assert strange.callback.status == "received"
    for _again in range(2):
        apply_stored(strange.callback)
    payment.refresh_from_db()
    assert (payment.status, payment.external_id, bought()) == (S.PAID, "guid-own", MONTH)
    strange.callback.refresh_from_db()
    assert (strange.callback.status, strange.callback.case) == ("applied", payment.case)


def test_linked_money_of_another_sum_is_the_next_case(strange, make_payment, olga):
    payment = make_payment(amount=Decimal("500.00"))
    decide("link", olga, payment_id=payment.pk)
    apply_stored(strange.callback)
    payment.refresh_from_db()
    assert payment.status == S.REVIEW
    assert Incident.objects.filter(kind="underpaid", payment=payment, status="open").exists()


def test_money_linked_to_a_customer_buys_the_plan_he_meant(strange, customer, plan, olga):
    decide("link", olga, customer_id=customer.pk, plan_id=plan.pk)
    apply_stored(strange.callback)
    payment = Payment.objects.get()
    assert (payment.status, payment.customer, payment.external_id) == (
        S.PAID,
        customer,
        "guid-nobody",
    )
    assert bought() == MONTH


def test_money_is_not_linked_where_it_cannot_belong(strange, make_payment, olga, plan):
    paid = make_payment()
    send(paid, EventKind.PAID)
    foreign = make_payment(provider="cryptobot")
    for target in ({}, {"payment_id": 0}, {"payment_id": paid.pk}, {"payment_id": foreign.pk}):
        with pytest.raises(NotPossible):
            decide("link", olga, **target)
    assert Incident.objects.get(kind="unknown_payer").status == "open"


def test_money_that_is_not_ours_stays_outside_the_books(strange, olga):
    decide("not_ours", olga)
    assert not MoneyEntry.objects.exists()
    assert actions_of(Incident.objects.get()) == []
