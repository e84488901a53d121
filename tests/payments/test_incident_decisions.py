"""What staff decide about an exception: done once, with its reason, and the books in order afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from integrations.clock import now, wall_clock
from integrations.models import OutboxMessage
from payments.errors import IncidentDecided, IncidentTaken, NotPossible
from payments.models import DayEntry, Incident, Payment, Referral
from payments.money import Money
from payments.provider import EventKind
from payments.services import incident_desk, incident_watch
from payments.services.audit import audit_ledgers
from payments.services.incident_actions import ACTIONS, act, actions_of
from payments.services.incident_answers import ready_answer
from payments.services.incident_desk import Decision
from payments.services.incidents import open_incident
from payments.services.settlement import booked, refund_left
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
def boris(db) -> User:
    return staff_member(name="boris")


def decide(code: str, staff: User, *, kind: str = "", **fields) -> Incident:
    incident = Incident.objects.filter(**({"kind": kind} if kind else {})).latest("pk")
    fields.setdefault("reason", "разобрались с клиентом")
    return act(incident_id=incident.pk, code=code, decision=Decision(staff=staff, **fields))


def bought() -> int:
    return sum(entry.seconds for entry in DayEntry.objects.all())


@pytest.mark.parametrize(
    ("amount", "currency"), [("150.00", "RUB"), ("500.00", "RUB"), ("3.00", "USD")]
)
def test_accepted_money_pays_for_the_whole_term(make_payment, olga, amount, currency):
    payment = make_payment()
    send(payment, EventKind.PAID, amount=amount, currency=currency, operation="1")
    incident = decide("accept", olga)
    payment.refresh_from_db()
    assert (payment.status, payment.access, bought()) == (S.PAID, "granting", MONTH)
    assert booked(payment) == Money(Decimal(amount), currency)
    assert (incident.status, incident.resolution, incident.resolved_by) == (
        "resolved",
        "accepted",
        olga,
    )
    event = payment.events.get(origin="staff")
    assert (event.status_before, event.status_after, event.note) == (
        S.REVIEW,
        S.PAID,
        "разобрались с клиентом",
    )
    assert OutboxMessage.objects.filter(topic="payment.paid").count() == 2


def test_an_accepted_sum_can_be_given_back_in_its_own_currency(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="3.00", currency="USD")
    decide("accept", olga)
    send(payment, EventKind.REFUNDED, amount="1.00", currency="USD", event_id="r1")
    assert (payment.status, refund_left(payment)) == (S.PARTLY_REFUNDED, Decimal(2))
    send(payment, EventKind.REFUNDED, amount="2.00", currency="USD", event_id="r2")
    assert (payment.status, bought()) == (S.REFUNDED, 0)


def test_the_inviter_is_rewarded_for_accepted_money_too(make_payment, make_customer, olga):
    payment = make_payment()
    Referral.objects.create(inviter=make_customer(), friend=payment.customer)
    send(payment, EventKind.PAID, amount="150.00")
    decide("accept", olga)
    assert Referral.objects.get().status == "rewarded"


def test_a_call_repeated_after_the_decision_changes_nothing(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00", operation="1", event_id="1")
    decide("accept", olga)
    send(payment, EventKind.PAID, amount="150.00", operation="1", event_id="1")
    send(payment, EventKind.PAID, amount="150.00", operation="1", event_id="1:again")
    assert (bought(), Incident.objects.count()) == (MONTH, 1)


def test_the_second_sum_buys_the_term_once_more_as_a_payment_of_its_own(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, operation="1", event_id="1")
    send(payment, EventKind.PAID, operation="2", event_id="2")
    decide("again", olga)
    second = Payment.objects.exclude(pk=payment.pk).get()
    assert (second.status, second.customer, booked(second)) == (
        S.PAID,
        payment.customer,
        payment.money,
    )
    assert bought() == 2 * MONTH
    assert {row.kind for row in second.money_entries.all()} == {"release"}


def test_a_decision_is_made_once(make_payment, olga, boris):
    send(make_payment(), EventKind.PAID, amount="150.00")
    decide("accept", olga)
    with pytest.raises(IncidentDecided):
        decide("accept", boris)
    assert Incident.objects.get().resolved_by == olga


def test_a_decision_has_a_reason(make_payment, olga):
    send(make_payment(), EventKind.PAID, amount="150.00")
    with pytest.raises(NotPossible, match="причину"):
        decide("accept", olga, reason="  ")
    assert Incident.objects.get().status == "open"


def test_what_is_not_on_offer_is_not_done(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00", operation="1", event_id="1")
    send(payment, EventKind.PAID, operation="2", event_id="2")  # the right sum came after all
    with pytest.raises(NotPossible):
        decide("accept", olga)
    with pytest.raises(NotPossible):
        decide("again", olga)


def test_a_colleagues_case_is_taken_over_first(make_payment, olga, boris):
    send(make_payment(), EventKind.PAID, amount="150.00")
    incident = Incident.objects.get()
    incident_desk.take(incident_id=incident.pk, staff=olga)
    with pytest.raises(IncidentTaken):
        decide("accept", boris)
    with pytest.raises(IncidentTaken):
        incident_desk.take(incident_id=incident.pk, staff=boris)
    incident_desk.take(incident_id=incident.pk, staff=boris, over=True)
    assert not incident_desk.leave(incident_id=incident.pk, staff=olga)
    decide("accept", boris)
    with pytest.raises(IncidentDecided):
        incident_desk.take(incident_id=incident.pk, staff=olga)


def test_whoever_looked_and_left_stops_nobody(make_payment, olga, boris):
    send(make_payment(), EventKind.PAID, amount="150.00")
    incident = Incident.objects.get()
    incident_desk.take(incident_id=incident.pk, staff=olga)
    Incident.objects.update(taken_at=wall_clock() - timedelta(hours=1))
    decide("accept", boris)


def test_the_answer_is_in_the_customers_language_and_goes_out_once(
    make_payment, make_customer, olga
):
    payment = make_payment(customer=make_customer(language="en"))
    send(payment, EventKind.PAID, amount="150.00")
    incident, key = Incident.objects.get(), uuid4()
    words = ready_answer(incident, "underpaid")
    assert "150" in words
    assert str(payment.number) in words
    for _again in range(2):
        decide("tell", olga, answer=words + " <b>", key=key)
    letters = OutboxMessage.objects.filter(topic="incident.answered")
    assert [row.payload["text"] for row in letters] == [words + " <b>"]
    assert Incident.objects.get().status == "open"
    with pytest.raises(NotPossible):
        decide("tell", olga, answer=" ")


@pytest.mark.parametrize("kind", Incident.Kind.values)
def test_every_kind_offers_one_to_three_ways_with_words(kind):
    actions = ACTIONS[kind]
    assert 1 <= len(actions) <= 3
    assert len({action.code for action in actions}) == len(actions)
    assert all(str(action.title) and action.effects for action in actions)


def test_a_sum_nobody_can_read_is_closed_with_a_reason(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="0.00")
    assert [action.code for action in actions_of(Incident.objects.get())] == ["keep", "tell"]
    assert decide("keep", olga).resolution == "kept"


def test_late_money_is_kept(make_payment, olga):
    payment = make_payment(status=S.EXPIRED)
    send(payment, EventKind.PAID)
    assert decide("keep", olga, reason="").resolution == "kept"
    assert bought() == MONTH


def charge_back(payment: Payment) -> None:
    open_incident(
        kind=Incident.Kind.CHARGEBACK,
        key=f"chargeback:{payment.pk}",
        provider=payment.provider,
        payment=payment,
        money=payment.money,
    )


def test_a_lost_chargeback_takes_the_term_with_the_money(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID)
    charge_back(payment)
    decide("lost", olga)
    payment.refresh_from_db()
    assert (payment.status, bought(), refund_left(payment)) == (S.REFUNDED, 0, Decimal(0))


def test_a_disputed_chargeback_leaves_access(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID)
    charge_back(payment)
    decide("keep", olga)
    assert bought() == MONTH


def test_who_pays_and_waits_too_long_is_a_case_that_closes_itself(make_payment, settings):
    payment = make_payment()
    send(payment, EventKind.PAID)
    assert incident_watch.watch_incidents() == 0
    Payment.objects.update(paid_at=now() - timedelta(minutes=settings.NO_ACCESS_MINUTES + 1))
    assert incident_watch.watch_incidents() == 1
    assert incident_watch.watch_incidents() == 0
    assert Incident.objects.get().kind == "no_access"
    Payment.objects.update(access="granted")
    assert incident_watch.watch_incidents() == 1
    incident = Incident.objects.get()
    assert (incident.resolution, incident.resolved_by) == ("overtaken", None)


def test_money_told_of_after_all_closes_its_case(make_payment):
    payment = make_payment()
    open_incident(
        kind=Incident.Kind.NO_CALLBACK,
        key=f"no_callback:{payment.pk}",
        provider=payment.provider,
        payment=payment,
    )
    assert incident_watch.watch_incidents() == 0
    send(payment, EventKind.PAID)
    assert incident_watch.watch_incidents() == 1


def test_trying_again_leaves_the_case_until_the_access_is_there(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID)
    Payment.objects.update(paid_at=now() - timedelta(hours=1))
    incident_watch.watch_incidents()
    OutboxMessage.objects.update(not_before=wall_clock() + timedelta(hours=1))
    decide("retry", olga, reason="")
    assert Incident.objects.get().status == "open"
    assert OutboxMessage.objects.filter(case=payment.case, not_before__lte=wall_clock()).exists()


def test_every_ready_answer_is_complete_in_both_languages(make_payment, olga):
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00")
    incident = Incident.objects.get()
    for language in ("ru", "en"):
        assert incident.customer is not None
        incident.customer.language = language
        for actions in ACTIONS.values():
            for action in actions:
                assert "%(" not in ready_answer(incident, action.answer)
