from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from integrations.models import OutboxMessage
from payments.errors import EventTooEarly, UnknownPayment
from payments.models import DayEntry, Incident, MoneyEntry, Payment, PaymentEvent
from payments.provider import EventKind
from payments.services.transitions import TRANSITIONS, find_payment
from tests.payments.events import event, send

S = Payment.Status
O = PaymentEvent.Outcome  # noqa: E741


def test_every_kind_is_decided():
    assert set(EventKind) - set(TRANSITIONS) == {EventKind.CHECK, EventKind.UNKNOWN}


@pytest.mark.parametrize(
    ("start", "kind", "end"),
    [
        (S.CREATED, EventKind.PENDING, S.PENDING),
        (S.CREATED, EventKind.PAID, S.PAID),
        (S.PENDING, EventKind.PAID, S.PAID),
        (S.CANCELED, EventKind.PAID, S.PAID),
        (S.EXPIRED, EventKind.PAID, S.PAID),
        (S.FAILED, EventKind.PAID, S.PAID),
        (S.PENDING, EventKind.FAILED, S.FAILED),
        (S.PENDING, EventKind.CANCELED, S.CANCELED),
        (S.EXPIRED, EventKind.FAILED, S.EXPIRED),
        (S.REVIEW, EventKind.PAID, S.REVIEW),
    ],
)
def test_an_event_moves_a_payment(make_payment, start, kind, end):
    payment = make_payment(status=start)
    send(payment, kind)
    assert payment.status == end


@pytest.mark.parametrize("kind", [EventKind.PENDING, EventKind.FAILED, EventKind.CANCELED])
def test_a_paid_payment_is_never_downgraded(make_payment, kind):
    payment = make_payment()
    send(payment, EventKind.PAID)
    assert send(payment, kind) == O.KEPT
    assert payment.status == S.PAID


def test_paid_books_money_and_days_once(make_payment):
    payment = make_payment()
    assert send(payment, EventKind.PAID) == O.MOVED
    assert send(payment, EventKind.PAID) == O.KEPT
    assert send(payment, EventKind.PAID, event_id="the same money, told differently") == O.KEPT
    assert MoneyEntry.objects.get().amount == payment.amount
    assert DayEntry.objects.get().seconds == 30 * 86400
    assert payment.customer.subscription.expires_at == DayEntry.objects.get().ends_at
    assert payment.paid_at is not None
    assert payment.access == Payment.Access.GRANTING


def test_a_paid_payment_leaves_one_row_per_reaction(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID)
    rows = OutboxMessage.objects.filter(topic="payment.paid")
    assert {row.reaction.rpartition(".")[2] for row in rows} == {
        "grant_access",
        "staff_payment_paid",
    }
    assert {row.case for row in rows} == {payment.case}


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("198.99", "RUB"), ("199.01", "RUB"), ("1.00", "RUB"), ("19900.00", "RUB"), ("199.00", "USD")],
)
def test_other_money_goes_to_review_and_activates_nothing(make_payment, amount, currency):
    payment = make_payment()
    assert send(payment, EventKind.PAID, amount=amount, currency=currency) == O.REVIEW
    assert payment.status == S.REVIEW
    assert "199.00 RUB" in payment.reason
    assert not DayEntry.objects.exists()
    assert MoneyEntry.objects.get().kind == "surplus"
    assert OutboxMessage.objects.filter(topic="payment.review").exists()
    assert Incident.objects.get().status == "open"


@pytest.mark.parametrize(
    "order",
    list(
        itertools.permutations(
            [EventKind.PENDING, EventKind.FAILED, EventKind.PAID, EventKind.CANCELED]
        )
    ),
)
def test_any_order_of_events_ends_paid_with_one_grant(make_payment, order):
    payment = make_payment(status=S.CREATED)
    for kind in order:
        send(payment, kind)
    assert payment.status == S.PAID
    assert DayEntry.objects.count() == 1


def test_a_second_operation_for_one_order_is_a_persons_case(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, event_id="1:done", operation="1")
    assert send(payment, EventKind.PAID, event_id="1:confirmed", operation="1") == O.KEPT
    assert send(payment, EventKind.PAID, event_id="2:done", operation="2") == O.REVIEW
    assert (payment.status, DayEntry.objects.count()) == (S.PAID, 1)
    assert Incident.objects.get().kind == "paid_twice"


def test_a_refund_waits_for_its_payment(make_payment):
    payment = make_payment()
    with pytest.raises(EventTooEarly):
        send(payment, EventKind.REFUNDED)
    send(payment, EventKind.PAID)
    send(payment, EventKind.REFUNDED)
    assert payment.status == S.REFUNDED
    assert sum(entry.seconds for entry in DayEntry.objects.all()) == 0
    assert {entry.kind for entry in MoneyEntry.objects.all()} == {"capture", "refund"}


def test_another_orders_id_does_not_pay_for_this_one(make_payment):
    cheap, dear = make_payment(external_id="guid-a"), make_payment(external_id="guid-b")
    mixed = replace(event(cheap, EventKind.PAID), external_id=dear.external_id)
    with pytest.raises(UnknownPayment):
        find_payment(provider="oneplat", event=mixed)


def test_a_payment_is_found_by_either_id(make_payment):
    payment = make_payment(external_id="guid-a")
    assert find_payment(provider="oneplat", event=event(payment, EventKind.PAID)) == payment
    payment_without_id = make_payment()
    found = find_payment(provider="oneplat", event=event(payment_without_id, EventKind.PAID))
    assert found == payment_without_id


def test_the_same_id_at_another_provider_is_another_payment(make_payment):
    payment = make_payment(external_id="guid-a")
    with pytest.raises(UnknownPayment):
        find_payment(provider="cryptobot", event=event(payment, EventKind.PAID))
