"""Money that waits goes back: the incident stays until it has gone, whoever tells of it."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from payments.errors import NotPossible
from payments.models import DayEntry, Incident, Payment, Refund
from payments.money import Money
from payments.provider import EventKind
from payments.services import fulfilment, refunds, suspense
from payments.services.audit import audit_ledgers
from payments.services.incident_actions import act, actions_of
from payments.services.incident_desk import Decision
from payments.services.settlement import booked, money_left
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


@pytest.fixture
def twice(make_payment) -> Payment:
    payment: Payment = make_payment()
    send(payment, EventKind.PAID, event_id="1", operation="1")
    send(payment, EventKind.PAID, event_id="2", operation="2")
    return payment


def decide(code: str, staff: User, **fields) -> Incident:
    incident = Incident.objects.filter(status="open").latest("pk")
    fields.setdefault("reason", "разобрались с клиентом")
    act(incident_id=incident.pk, code=code, decision=Decision(staff=staff, **fields))
    incident.refresh_from_db()
    return incident


def transferred(staff: User) -> Refund:
    return refunds.complete_manual(
        refund_id=Refund.objects.get().pk, staff=staff, evidence="СБП 14:02, № 77"
    )


def bought() -> int:
    return sum(entry.seconds for entry in DayEntry.objects.all())


def codes(incident: Incident) -> list[str]:
    return [action.code for action in actions_of(incident)]


def test_a_wrong_sum_goes_back_and_the_payment_with_it(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00")
    incident = decide("return", olga)
    assert (incident.status, codes(incident), payment.refunds.get().amount) == ("open", [], 150)
    transferred(olga)
    incident.refresh_from_db()
    payment.refresh_from_db()
    assert (incident.status, incident.resolution, incident.resolved_by, incident.note) == (
        "resolved",
        "given_back",
        olga,
        "разобрались с клиентом",
    )
    assert (payment.status, bought()) == (S.REFUNDED, 0)


def test_days_given_by_hand_go_with_the_money_they_were_given_for(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00")
    fulfilment.give_access(payment_id=payment.pk, reason="клиент торопился", staff=olga)
    assert bought() == MONTH
    decide("return", olga)
    transferred(olga)
    assert bought() == 0


def test_days_given_by_hand_are_replaced_by_what_accepted_money_buys(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00")
    fulfilment.give_access(payment_id=payment.pk, reason="клиент торопился", staff=olga)
    decide("accept", olga)
    assert bought() == MONTH


def test_the_same_form_orders_one_refund(make_payment, olga):
    send(make_payment(), EventKind.PAID, amount="150.00")
    key = uuid4()
    decide("return", olga, key=key)
    with pytest.raises(NotPossible):
        decide("return", olga, key=key)
    assert Refund.objects.count() == 1


def test_the_second_sum_goes_back_and_the_term_stays(twice, olga):
    decide("return", olga)
    transferred(olga)
    twice.refresh_from_db()
    assert (twice.status, bought(), money_left(twice)) == (S.PAID, MONTH, twice.money)
    assert Incident.objects.get().resolution == "given_back"


def test_the_providers_notification_of_our_refund_counts_once(twice, olga):
    decide("return", olga)
    Refund.objects.update(status=Refund.Status.PENDING, external_id="900")
    for _again in range(2):
        send(twice, EventKind.REFUNDED, event_id="900:Refunded", operation="900", charge="2")
    assert (twice.status, Refund.objects.get().status) == (S.PAID, "succeeded")
    assert Incident.objects.get().status == "resolved"


def test_the_price_is_kept_and_the_rest_goes_back(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="500.00")
    incident = decide("accept_part", olga)
    payment.refresh_from_db()
    assert (payment.status, booked(payment), bought()) == (S.PAID, payment.money, MONTH)
    assert (incident.status, suspense.left_of(incident)) == ("open", Decimal("301.00"))
    transferred(olga)
    incident.refresh_from_db()
    payment.refresh_from_db()
    assert (incident.status, incident.resolution) == ("resolved", "accepted_part")
    assert (payment.status, bought()) == (S.PAID, MONTH)


def test_the_price_is_not_kept_where_nothing_is_left_over(make_payment, olga):
    send(make_payment(), EventKind.PAID, amount="150.00")
    with pytest.raises(NotPossible):
        decide("accept_part", olga)


def test_a_refund_that_failed_leaves_the_decision_open(make_payment, olga):
    send(make_payment(), EventKind.PAID, amount="500.00")
    incident = decide("accept_part", olga)
    Refund.objects.update(status=Refund.Status.FAILED)
    incident = Incident.objects.get(pk=incident.pk)
    assert codes(incident) == ["return"]
    decide("return", olga)
    assert Refund.objects.count() == 2


def test_late_money_can_go_back_with_its_access(make_payment, olga):
    payment = make_payment(status=S.EXPIRED)
    send(payment, EventKind.PAID)
    assert decide("refund", olga).resolution == "refunded"
    assert (payment.refunds.get().money, bought()) == (payment.money, MONTH)
    transferred(olga)
    payment.refresh_from_db()
    assert (payment.status, bought()) == (S.REFUNDED, 0)


def test_a_large_sum_waits_for_the_second_person(make_payment, olga, settings):
    settings.REFUND_SECOND_PERSON_ABOVE = Decimal(100)
    send(make_payment(), EventKind.PAID, amount="150.00")
    incident = decide("return", olga)
    refund = incident.refund
    assert refund is not None
    assert (refund.status, codes(incident)) == ("second", [])
    refunds.reject(refund_id=refund.pk, staff=staff_member(name="boris"), reason="рано")
    assert "accept" in codes(Incident.objects.get())


def test_money_given_back_in_the_cabinet_settles_the_case_too(twice):
    send(twice, EventKind.REFUNDED, event_id="900:Refunded", operation="900", charge="2")
    refund = Refund.objects.get()
    assert (refund.origin, refund.money, Incident.objects.get().status) == (
        "provider",
        Money(Decimal("199.00"), "RUB"),
        "resolved",
    )
