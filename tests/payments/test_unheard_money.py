"""Money nobody told us of in time: refunded before it was booked, or paid for an order that is not ours."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.clock import wall_clock
from integrations.models import InboundCallback
from payments.errors import EventTooEarly
from payments.models import DayEntry, Incident, Payment, PaymentEvent
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import inbound
from payments.services.audit import audit_ledgers
from payments.services.transitions import apply_event
from tests.factories import a_call
from tests.payments.events import event, send

S = Payment.Status


@pytest.fixture(autouse=True)
def _books(db):
    """Whatever a test does, the ledgers agree at its end."""
    yield
    assert audit_ledgers().differences == []


def refunded_now(payment: Payment, amount: str = "199.00", **fields) -> None:
    """The provider, asked just now, speaks of a refund."""
    told = event(payment, EventKind.REFUNDED, amount=amount, **fields)
    apply_event(payment_id=payment.pk, event=told, origin=PaymentEvent.Origin.CHECK, waited=True)
    payment.refresh_from_db()


def test_money_that_came_and_went_unheard_is_booked_both_ways(make_payment):
    payment = make_payment(status=S.EXPIRED)
    refunded_now(payment, event_id="r")
    assert (payment.status, Incident.objects.get().kind) == (S.REFUNDED, "refund_found")
    assert [row.kind for row in payment.money_entries.all()] == ["surplus", "return"]
    assert not DayEntry.objects.exists()
    send(payment, EventKind.PAID)  # told at last: the money is no longer there
    assert (payment.status, DayEntry.objects.exists()) == (S.REFUNDED, False)


def test_a_new_payment_of_an_order_whose_money_came_and_went_is_not_lost(make_payment):
    payment = make_payment()
    refunded_now(payment, event_id="r", operation="9", charge="1")
    send(payment, EventKind.PAID, event_id="1", operation="1")
    assert Incident.objects.count() == 1
    send(payment, EventKind.PAID, event_id="2", operation="2")
    assert Incident.objects.get(kind="paid_twice").operation == "2"


def test_a_part_that_went_back_of_money_unheard_of_waits_on(make_payment):
    payment = make_payment()
    with pytest.raises(EventTooEarly):
        refunded_now(payment, amount="50.00", event_id="r")


def an_old_call(**since: int) -> InboundCallback:
    return a_call(received_at=wall_clock() - timedelta(**since))


def test_a_refund_that_waited_an_hour_is_a_persons_case(make_payment):
    payment = make_payment()
    row = an_old_call(hours=2)
    part = event(payment, EventKind.REFUNDED, amount="50.00", event_id="r")
    call = inbound.Call(row, [(part, payment)])
    for _again in range(2):
        with_locks(call)
    incident = Incident.objects.get()
    assert (incident.kind, incident.payment, incident.callback) == ("no_callback", payment, row)
    row.refresh_from_db()
    assert row.status == "waiting"


def with_locks(call: inbound.Call) -> int:
    inbound.lock_customers_of([call])
    return inbound.apply_call(call)


def test_a_whole_refund_that_waited_an_hour_is_booked(make_payment):
    payment = make_payment()
    row = an_old_call(hours=2)
    whole = event(payment, EventKind.REFUNDED, event_id="r")
    assert with_locks(inbound.Call(row, [(whole, payment)])) == 1
    payment.refresh_from_db()
    assert payment.status == S.REFUNDED


def stranger(kind: EventKind, **fields) -> ProviderEvent:
    return ProviderEvent(
        kind=kind,
        trust=Trust.SIGNED,
        event_id=f"stranger:{kind}",
        reference="f" * 32,
        external_id="guid-nobody",
        money=Money(Decimal("199.00"), "RUB"),
        **fields,
    )


def test_money_of_an_unknown_payer_is_a_case_with_its_call():
    row = an_old_call(minutes=5)
    for _again in range(2):
        assert with_locks(inbound.look_up(row, [stranger(EventKind.PAID)])) == 1
    incident = Incident.objects.get()
    assert (incident.kind, incident.callback, incident.payment) == ("unknown_payer", row, None)
    assert (incident.external_id, incident.amount) == ("guid-nobody", Decimal("199.00"))
    row.refresh_from_db()
    assert row.status == "unknown"


def test_an_unknown_order_without_money_is_no_case():
    row = an_old_call(minutes=5)
    assert with_locks(inbound.look_up(row, [stranger(EventKind.CANCELED)])) == 1
    assert not Incident.objects.exists()


def test_a_refund_of_a_second_payment_waits_until_that_is_told(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, operation="1", event_id="1")
    second = {"operation": "9", "charge": "2", "event_id": "9"}
    with pytest.raises(EventTooEarly):
        send(payment, EventKind.REFUNDED, **second)
    send(payment, EventKind.PAID, operation="2", event_id="2")
    send(payment, EventKind.REFUNDED, **second)
    assert payment.status == S.PAID
    assert sum(entry.seconds for entry in DayEntry.objects.all()) > 0
    assert Incident.objects.get().status == "resolved"


def test_a_refund_of_a_second_payment_that_nobody_tells_of_is_a_persons_case(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, operation="1", event_id="1")
    refunded_now(payment, operation="9", charge="2", event_id="9")
    assert payment.status == S.PAID
    assert payment.events.get(kind="refunded").outcome == "review"
    incident = Incident.objects.get()
    assert (incident.kind, incident.operation, incident.status) == ("refund_found", "9", "open")


def test_a_charge_is_not_missed_where_none_was_ever_named(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID)
    send(payment, EventKind.REFUNDED, operation="9", charge="2")
    assert payment.status == S.REFUNDED
