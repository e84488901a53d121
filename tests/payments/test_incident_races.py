"""Decisions beside other decisions, calls and crashes: one of them holds, and the books stay in order."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from integrations.models import OutboxMessage
from payments.errors import IncidentDecided, IncidentTaken, NotPossible
from payments.models import DayEntry, Incident, MoneyEntry, Payment, PaymentEvent, Refund
from payments.provider import EventKind
from payments.services import incident_actions, incident_watch
from payments.services.audit import audit_ledgers
from payments.services.incident_actions import act
from payments.services.incident_desk import Decision
from payments.services.transitions import apply_event
from tests.payments.events import event, send
from tests.support import crowd
from tests.support.office import staff_member

pytestmark = pytest.mark.django_db(transaction=True)

S = Payment.Status
MONTH = 30 * 86400
LATE = (IncidentDecided, IncidentTaken, NotPossible)


@pytest.fixture
def staff() -> list[User]:
    return [staff_member(name=f"staff_{number}") for number in range(4)]


@pytest.fixture
def underpaid(make_payment: Callable[..., Payment]) -> Payment:
    payment = make_payment()
    send(payment, EventKind.PAID, amount="150.00", operation="1", event_id="1")
    return payment


@pytest.fixture
def twice(make_payment: Callable[..., Payment]) -> Payment:
    payment = make_payment()
    send(payment, EventKind.PAID, operation="1", event_id="1")
    send(payment, EventKind.PAID, operation="2", event_id="2")
    return payment


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    return crowd.at_once(*acts, late=LATE)


def decides(code: str, user: User) -> Callable[[], Incident]:
    number = Incident.objects.get().pk
    decision = Decision(staff=user, reason="так договорились", answer="Готово!")
    return lambda: act(incident_id=number, code=code, decision=decision)


def told(payment: Payment, kind: EventKind, **fields: Any) -> Callable[[], Any]:
    said = event(payment, kind, **fields)
    origin = PaymentEvent.Origin.CALLBACK
    return lambda: apply_event(payment_id=payment.pk, event=said, origin=origin).value


def bought() -> int:
    return sum(entry.seconds for entry in DayEntry.objects.all())


def test_of_two_people_who_decide_differently_one_does(underpaid, staff):
    answers = at_once(
        decides("accept", staff[0]),
        decides("return", staff[1]),
        decides("accept", staff[2]),
        decides("return", staff[3]),
    )
    assert sum(isinstance(answer, LATE) for answer in answers) == 3
    accepted = Incident.objects.get().resolution == "accepted"
    assert bought() == (MONTH if accepted else 0)
    assert Refund.objects.count() == (0 if accepted else 1)
    assert OutboxMessage.objects.filter(topic="incident.answered").count() == 1
    assert audit_ledgers().differences == []


def test_a_second_sum_buys_one_more_term_however_many_press(twice, staff):
    at_once(*(decides("again", user) for user in staff))
    assert Payment.objects.count() == 2
    assert bought() == 2 * MONTH
    assert audit_ledgers().differences == []


def test_a_decision_beside_the_same_call_again_and_the_right_sum(underpaid, staff):
    """Whoever is first: the term is given once, and no rouble is lost."""
    at_once(
        decides("accept", staff[0]),
        told(underpaid, EventKind.PAID, amount="150.00", operation="1", event_id="1:again"),
        told(underpaid, EventKind.PAID, operation="2", event_id="2"),
    )
    underpaid.refresh_from_db()
    assert (underpaid.status, bought()) == (S.PAID, MONTH)
    assert Incident.objects.filter(status="open").count() == 1
    came = MoneyEntry.objects.filter(debit="clearing")
    assert sorted(entry.amount for entry in came) == [150, 199]
    assert audit_ledgers().differences == []


def test_a_decision_beside_money_given_back_in_the_cabinet(underpaid, staff):
    at_once(
        decides("accept", staff[0]),
        told(underpaid, EventKind.REFUNDED, amount="150.00", event_id="r"),
    )
    underpaid.refresh_from_db()
    assert (underpaid.status, bought()) == (S.REFUNDED, 0)
    assert audit_ledgers().differences == []


def test_what_comes_right_by_itself_beside_a_decision_is_closed_once(make_payment, staff):
    payment = make_payment()
    send(payment, EventKind.PAID)
    Payment.objects.update(paid_at="2020-01-01T00:00:00Z")
    incident_watch.watch_incidents()
    Payment.objects.update(access="granted")
    at_once(decides("keep", staff[0]), incident_watch.watch_incidents)
    incident_watch.watch_incidents()
    assert Incident.objects.get().status == "resolved"


class Killed(BaseException):
    """The process is gone: nothing after this runs, nothing uncommitted stays."""


@pytest.mark.parametrize(
    "point",
    [
        "payments.services.incident_desk.lock_involved",
        "payments.services.transitions.set_status",
        "payments.services.suspense.release",
        "payments.services.days.grant_purchase",
        "payments.services.transitions.settle_accepted",
        "payments.services.incidents.resolve",
        "payments.services.incident_actions.send_answer",
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_decision_cut_off_anywhere_is_as_if_it_was_never_made(
    underpaid, staff, monkeypatch, point, when
):
    module, _, name = point.rpartition(".")
    whole = getattr(__import__(module, fromlist=[name]), name)

    def cut_off(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            whole(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(point, cut_off)
        with pytest.raises(Killed):
            decides("accept", staff[0])()
    underpaid.refresh_from_db()
    assert (underpaid.status, bought(), Incident.objects.get().status) == (S.REVIEW, 0, "open")
    assert not OutboxMessage.objects.filter(topic="incident.answered").exists()
    decides("accept", staff[1])()
    underpaid.refresh_from_db()
    assert (underpaid.status, bought()) == (S.PAID, MONTH)
    assert audit_ledgers().differences == []


def test_without_the_locks_two_people_would_both_decide(twice, staff, monkeypatch):
    """The control: what the locks of the desk keep from happening."""

    class NoDesk:
        def __init__(self, incident_id: int, user: User) -> None:
            self._row = Incident.objects.select_related("payment", "customer", "refund").get(
                pk=incident_id
            )

        def __enter__(self) -> Incident:
            return self._row

        def __exit__(self, *_error: object) -> None:
            return None

    monkeypatch.setattr(incident_actions, "deciding", NoDesk)
    monkeypatch.setattr(incident_actions, "send_answer", lambda *_args, **_kwargs: None)
    monkeypatch.setattr("payments.services.suspense._must_hold", lambda *_args: None)
    first = Incident.objects.get()
    second_reads_early = Barrier(2)
    whole = incident_actions.action_of

    def together(incident: Incident, code: str) -> Any:
        found = whole(incident, code)
        if connection.in_atomic_block is False:
            second_reads_early.wait(timeout=10)
        return found

    assert first.status == "open"
    monkeypatch.setattr(incident_actions, "action_of", together)
    at_once_raising(*(decides("again", user) for user in staff[:2]))
    assert Payment.objects.count() == 3


def at_once_raising(*acts: Callable[[], Any]) -> list[Any]:
    """The same, where whatever breaks is of no interest: the control counts what was written."""
    return crowd.at_once(*acts, late=(Exception,))
