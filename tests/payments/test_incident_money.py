"""Money that was not ordered so: where it waits, and what becomes of it when the provider gives it back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from integrations.models import OutboxMessage
from payments.errors import EventTooEarly
from payments.models import DayEntry, Incident, MoneyEntry, Payment, Refund
from payments.provider import EventKind
from payments.services import suspense
from payments.services.audit import audit_ledgers
from payments.services.settlement import booked, money_left, refund_left
from tests.payments.events import send

S = Payment.Status


@pytest.fixture(autouse=True)
def _books(db):
    """Whatever a test does, the ledgers agree at its end."""
    yield
    assert audit_ledgers().differences == []


@pytest.fixture
def twice(make_payment: Callable[..., Payment]) -> Payment:
    """Paid by operation 1, and once more by operation 2."""
    payment = make_payment()
    send(payment, EventKind.PAID, event_id="1", operation="1")
    send(payment, EventKind.PAID, event_id="2", operation="2")
    return payment


def postings(payment: Payment) -> list[tuple[str, Decimal, str]]:
    return [(row.kind, row.amount, row.currency) for row in payment.money_entries.all()]


def waits(incident: Incident) -> Decimal:
    return suspense.left_of(incident)


@pytest.mark.parametrize(
    ("amount", "currency", "kind"),
    [
        ("100.00", "RUB", "underpaid"),
        ("500.00", "RUB", "overpaid"),
        ("199.00", "USD", "wrong_currency"),
        ("2.00", "USD", "wrong_currency"),
    ],
)
def test_other_money_waits_as_it_came(make_payment, amount, currency, kind):
    payment = make_payment()
    send(payment, EventKind.PAID, amount=amount, currency=currency, operation="77")
    incident = Incident.objects.get()
    assert (incident.kind, incident.payment, incident.customer) == (
        kind,
        payment,
        payment.customer,
    )
    assert (incident.operation, incident.amount) == ("77", Decimal(amount))
    assert postings(payment) == [("surplus", Decimal(amount), currency)]
    assert (waits(incident), payment.status) == (Decimal(amount), S.REVIEW)
    assert booked(payment).amount == 0


def test_an_unreadable_or_tiny_sum_is_a_case_without_a_posting(make_payment):
    payment, other = make_payment(), make_payment()
    send(payment, EventKind.PAID, amount="0.00")
    send(other, EventKind.PAID, amount="0.004")
    assert set(Incident.objects.values_list("kind", "amount")) == {("underpaid", None)}
    assert not MoneyEntry.objects.exists()


def test_parts_of_a_kopeck_are_no_reason_to_break(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="199.009")
    assert waits(Incident.objects.get()) == Decimal("199.00")
    assert payment.status == S.REVIEW


def test_a_finding_is_one_case_and_one_notice_however_often_it_is_made(make_payment):
    payment = make_payment()
    for number in range(3):
        send(payment, EventKind.PAID, amount="1.00", operation="7", event_id=f"told:{number}")
    assert Incident.objects.count() == MoneyEntry.objects.count() == 1
    assert OutboxMessage.objects.filter(topic="incident.opened").count() == 1


def test_money_in_time_in_its_sum_is_no_case(make_payment):
    send(make_payment(), EventKind.PAID, operation="1")
    assert not Incident.objects.exists()


def test_a_second_payment_waits_beside_the_first(twice):
    incident = Incident.objects.get()
    assert (incident.kind, incident.operation, waits(incident)) == ("paid_twice", "2", Decimal(199))
    assert (twice.status, booked(twice).amount) == (S.PAID, Decimal(199))
    send(twice, EventKind.PAID, event_id="3", operation="3")
    assert Incident.objects.count() == 2


def test_the_right_sum_completes_an_order_whose_first_sum_was_wrong(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, event_id="1", operation="1", amount="100.00")
    send(payment, EventKind.PAID, event_id="2", operation="2")
    assert (payment.status, DayEntry.objects.count()) == (S.PAID, 1)
    assert waits(Incident.objects.get()) == Decimal("100.00")
    assert refund_left(payment) == 199


def test_two_wrong_sums_are_two_cases(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, event_id="1", operation="1", amount="100.00")
    send(payment, EventKind.PAID, event_id="2", operation="2", amount="99.00")
    assert payment.status == S.REVIEW
    assert sorted(waits(row) for row in Incident.objects.all()) == [99, 100]


@pytest.mark.parametrize("start", [S.EXPIRED, S.CANCELED, S.FAILED])
def test_late_money_gives_access_and_a_case_to_look_at(make_payment, start):
    payment = make_payment(status=start)
    send(payment, EventKind.PAID)
    assert (payment.status, Incident.objects.get().kind) == (S.PAID, "late")
    assert DayEntry.objects.count() == 1


def test_giving_back_all_that_waited_closes_the_case_and_the_payment(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00")
    send(payment, EventKind.REFUNDED, amount="150.00", event_id="r")
    incident = Incident.objects.get()
    assert (payment.status, incident.status, incident.resolution) == (
        S.REFUNDED,
        "resolved",
        "given_back",
    )
    assert payment.paid_at is not None
    assert OutboxMessage.objects.filter(topic="payment.refunded").exists()
    assert [kind for kind, *_rest in postings(payment)] == ["surplus", "return"]


def test_waiting_money_may_go_back_in_parts(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="500.00")
    send(payment, EventKind.REFUNDED, amount="301.00", event_id="r1")
    assert (payment.status, waits(Incident.objects.get())) == (S.REVIEW, Decimal(199))
    send(payment, EventKind.REFUNDED, amount="199.00", event_id="r2")
    assert (payment.status, Incident.objects.get().status) == (S.REFUNDED, "resolved")


def test_the_second_payment_goes_back_and_the_bought_term_stays(twice):
    paid_at = twice.paid_at
    send(twice, EventKind.REFUNDED, event_id="r", charge="2")
    assert (twice.status, twice.paid_at, Incident.objects.get().status) == (
        S.PAID,
        paid_at,
        "resolved",
    )
    assert sum(entry.seconds for entry in DayEntry.objects.all()) == 30 * 86400


def test_a_refund_that_names_the_first_charge_takes_the_term(twice):
    send(twice, EventKind.REFUNDED, event_id="r", charge="1")
    assert (twice.status, Incident.objects.get(kind="paid_twice").status) == (S.REFUNDED, "open")
    assert sum(entry.seconds for entry in DayEntry.objects.all()) == 0
    send(twice, EventKind.REFUNDED, event_id="r2", charge="2")
    assert (twice.status, Incident.objects.get(kind="paid_twice").status) == (
        S.REFUNDED,
        "resolved",
    )


def test_a_refund_that_names_nothing_gives_back_what_bought_nothing(twice):
    send(twice, EventKind.REFUNDED, event_id="r")
    assert (twice.status, Incident.objects.get().status) == (S.PAID, "resolved")


@pytest.mark.parametrize(("is_of_incident", "status"), [(False, S.REFUNDED), (True, S.PAID)])
def test_our_own_refund_says_which_money_it_is(twice, is_of_incident, status):
    refund = Refund.objects.create(
        payment=twice,
        origin=Refund.Origin.STAFF,
        status=Refund.Status.ORDERED,
        amount=Decimal(199),
        currency="RUB",
    )
    if is_of_incident:
        Incident.objects.update(refund=refund)
    send(twice, EventKind.REFUNDED, event_id="r")
    assert twice.status == status


def test_a_refund_above_everything_moves_nothing_and_is_a_case(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID)
    send(payment, EventKind.REFUNDED, amount="900.00", event_id="r")
    assert (payment.status, Incident.objects.get().kind) == (S.PAID, "refund_found")
    assert money_left(payment) == payment.money


@pytest.mark.parametrize("start", [S.CREATED, S.PENDING, S.EXPIRED, S.CANCELED, S.FAILED])
def test_a_refund_waits_for_the_payment_it_belongs_to(make_payment, start):
    payment = make_payment(status=start)
    with pytest.raises(EventTooEarly):
        send(payment, EventKind.REFUNDED, event_id="r")
    send(payment, EventKind.PAID)
    send(payment, EventKind.REFUNDED, event_id="r")
    assert payment.status == S.REFUNDED
