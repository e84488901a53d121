"""The poller: when it asks, what it does with the answer, and how it keeps off a provider that is down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from integrations.clock import now, wall_clock
from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.models import InboundCallback, OutboxMessage
from payments.models import DayEntry, Incident, Payment, PaymentEvent, ProviderState
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.providers.oneplat.adapter import Provider
from payments.services import polling, provider_states
from tests import factories
from tests.payments.events import send

Status = Payment.Status


@pytest.fixture(autouse=True)
def _polling_is_on(settings):
    settings.POLLS_A_MINUTE = 600
    settings.RECONCILE_ACTIVATES = ["oneplat"]


class Asked:
    """What the provider answers, by the payment's id there; every question is noted."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.questions: list[str] = []

    def __call__(self, external_id: str) -> object:
        self.questions.append(external_id)
        answer = self.answers.get(external_id, self.answers.get("*"))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def asked(monkeypatch) -> Asked:
    known = Asked()
    monkeypatch.setattr(Provider, "fetch", lambda self, external_id: known(external_id))
    return known


def a_due_payment(**fields) -> Payment:
    return factories.a_payment(**({"poll_at": now() - timedelta(seconds=1)} | fields))


def says(payment: Payment, kind: EventKind = EventKind.PAID, **fields) -> ProviderEvent:
    defaults: dict[str, Any] = {
        "reference": payment.reference,
        "money": payment.money,
        "event_id": f"{payment.external_id}:{kind}",
    }
    return ProviderEvent(
        kind=kind,
        trust=Trust.SIGNED,
        external_id=payment.external_id,
        **(defaults | fields),
    )


def make_due(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(poll_at=now() - timedelta(seconds=1))


def test_a_new_payment_is_asked_about_after_fifteen_seconds(make_payment, asked):
    payment = make_payment(external_id="guid")
    assert payment.poll_at is not None
    assert timedelta(seconds=13) < payment.poll_at - now() <= timedelta(seconds=15)
    assert polling.poll_payments() == 0
    assert asked.questions == []


def test_a_lost_call_is_made_good_once(db, asked):
    payment = a_due_payment()
    asked.answers["*"] = says(payment)

    assert polling.poll_payments() == 1
    make_due(payment)
    assert polling.poll_payments() == 0

    payment.refresh_from_db()
    event = payment.events.get()
    assert (payment.status, event.origin) == (Status.PAID, PaymentEvent.Origin.POLL)
    assert DayEntry.objects.count() == 1


def test_the_call_that_arrives_after_all_changes_nothing(db, asked):
    payment = a_due_payment()
    asked.answers["*"] = says(payment)
    polling.poll_payments()

    send(payment, EventKind.PAID, event_id=f"{payment.external_id}:{EventKind.PAID}")

    assert DayEntry.objects.count() == 1
    assert payment.events.count() == 1


def test_another_sum_goes_to_a_person_as_ever(db, asked):
    payment = a_due_payment()
    asked.answers["*"] = says(payment, money=Money(Decimal(1), "RUB"))
    polling.poll_payments()
    payment.refresh_from_db()
    assert (payment.status, DayEntry.objects.count()) == (Status.REVIEW, 0)


def test_a_failure_is_told_and_a_payment_given_up_here_is_still_asked_about(db, asked):
    failed = a_due_payment()
    expired = factories.an_expired_payment()
    make_due(expired)
    asked.answers[failed.external_id] = says(failed, EventKind.FAILED)
    asked.answers[expired.external_id] = says(expired)
    assert polling.poll_payments() == 2
    failed.refresh_from_db()
    expired.refresh_from_db()
    assert (failed.status, expired.status) == (Status.FAILED, Status.PAID)


@pytest.mark.parametrize(
    "answer",
    [
        lambda payment: says(payment, EventKind.UNKNOWN),
        lambda payment: says(payment, EventKind.REFUNDED, money=Money(Decimal(1), "RUB")),
        lambda payment: says(payment, reference="0" * 32),
        lambda payment: ServiceRefused("no such order", service="1Plat", status=404),
    ],
)
def test_an_answer_that_says_nothing_about_money_here_moves_nothing(db, asked, answer):
    payment = a_due_payment()
    asked.answers["*"] = answer(payment)
    assert polling.poll_payments() == 1
    payment.refresh_from_db()
    assert (payment.status, payment.polls) == (Status.PENDING, 1)


def test_questions_become_rarer_and_end_a_day_after_the_invoice(db):
    end = now() + timedelta(minutes=30)
    payment = a_due_payment(created_at=now(), invoice_expires_at=end)
    moment, waits = now(), []
    while True:
        payment.polls += 1
        if moment > end:
            payment.status = Status.EXPIRED
        following = polling.next_poll(payment, moment)
        if following is None:
            break
        waits.append(round((following - moment).total_seconds()))
        moment = following
    assert waits[:8] == [30, 60, 120, 300, 600, 600, 600, 3600]
    assert set(waits[7:]) == {3600}
    assert timedelta(hours=22) < moment - end <= timedelta(hours=24)


def test_an_invoice_nobody_opened_is_not_asked_about(db, asked):
    payment = factories.a_new_payment(poll_at=now())
    assert polling.poll_payments() == 0
    payment.refresh_from_db()
    assert (asked.questions, payment.polls) == ([], 1)


def test_a_silent_provider_is_left_alone_longer_and_longer(db, asked):
    payments = [a_due_payment(), a_due_payment()]
    asked.answers["*"] = ServiceUnreachable("1Plat did not answer", service="1Plat")
    waits = []
    for _run in range(3):
        assert polling.poll_payments() == 0
        state = ProviderState.objects.get()
        assert state.silent_until is not None
        waits.append(round((state.silent_until - wall_clock()).total_seconds()))
        ProviderState.objects.update(silent_until=wall_clock())
        for payment in payments:
            make_due(payment)
    assert waits == [15, 30, 60]
    assert len(asked.questions) == 3  # one a run, not one a payment
    assert (state.failures, state.error) == (3, "1Plat did not answer")

    for payment in payments:
        asked.answers[payment.external_id] = says(payment)
    assert polling.poll_payments() == 2
    state.refresh_from_db()
    assert (state.failures, state.silent_until, state.error) == (0, None, "")


def test_nobody_asks_while_it_is_left_alone(db, asked):
    a_due_payment()
    ProviderState.objects.create(slug="oneplat", silent_until=wall_clock() + timedelta(minutes=1))
    assert polling.poll_payments() == 0
    assert asked.questions == []


def test_wrong_keys_silence_the_provider_too(db, asked):
    a_due_payment()
    asked.answers["*"] = ServiceRefused("wrong key", service="1Plat", status=401)
    assert polling.poll_payments() == 0
    assert ProviderState.objects.get().failures == 1


def test_a_payment_that_breaks_does_not_stop_the_others(db, asked, monkeypatch):
    broken, fine = a_due_payment(), a_due_payment()
    asked.answers[broken.external_id] = says(broken, event_id=None)
    asked.answers[fine.external_id] = says(fine)
    assert polling.poll_payments() == 2
    fine.refresh_from_db()
    assert fine.status == Status.PAID


def test_the_rate_limit_is_shared_and_survives_everybody(db, settings):
    """Ten seconds' worth may be taken ahead, whoever takes it."""
    settings.POLLS_A_MINUTE = 60
    taken = sum(provider_states.take_turn("oneplat") for _try in range(50))
    assert 10 <= taken <= 12
    settings.POLLS_A_MINUTE = 0
    assert not provider_states.take_turn("oneplat")


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_ask_about_the_same_payment(asked):
    payments = [a_due_payment() for _number in range(8)]
    for payment in payments:
        asked.answers[payment.external_id] = says(payment)

    def work() -> int:
        try:
            return polling.poll_payments()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as workers:
        answers = sum(job.result() for job in [workers.submit(work) for _number in range(3)])
    assert answers == 8
    assert sorted(asked.questions) == sorted(payment.external_id for payment in payments)
    assert DayEntry.objects.count() == 8


class TestWhereOnlyACallMayPay:
    @pytest.fixture(autouse=True)
    def _calls_only(self, settings):
        settings.RECONCILE_ACTIVATES = []

    def look(self, payment: Payment) -> None:
        make_due(payment)
        polling.poll_payments()
        payment.refresh_from_db()

    def test_found_money_becomes_one_finding_and_one_message(self, db, asked):
        payment = a_due_payment()
        asked.answers["*"] = says(payment)
        self.look(payment)
        assert (Incident.objects.count(), payment.found_at is not None) == (0, True)
        assert payment.poll_at is not None
        assert payment.poll_at - now() < timedelta(seconds=21)

        for _more in range(3):
            self.look(payment)

        incident = Incident.objects.get()
        assert (incident.kind, incident.payment, incident.amount) == (
            Incident.Kind.NO_CALLBACK,
            payment,
            payment.amount,
        )
        assert OutboxMessage.objects.filter(topic="payment.found").count() == 1
        assert (payment.status, DayEntry.objects.count()) == (Status.PENDING, 0)

    def test_a_call_on_its_way_is_waited_for(self, db, asked):
        payment = a_due_payment()
        asked.answers["*"] = says(payment)
        self.look(payment)
        call = factories.a_call()
        self.look(payment)
        assert Incident.objects.count() == 0
        InboundCallback.objects.filter(pk=call.pk).update(status=InboundCallback.Status.APPLIED)
        self.look(payment)
        assert Incident.objects.count() == 1

    def test_a_call_between_the_two_looks_settles_it_quietly(self, db, asked):
        payment = a_due_payment()
        asked.answers["*"] = says(payment)
        self.look(payment)
        send(payment, EventKind.PAID)
        self.look(payment)
        assert (payment.status, Incident.objects.count()) == (Status.PAID, 0)
        assert not OutboxMessage.objects.filter(topic="payment.found").exists()

    def test_a_failure_is_applied_all_the_same(self, db, asked):
        payment = a_due_payment()
        asked.answers["*"] = says(payment, EventKind.FAILED)
        self.look(payment)
        assert payment.status == Status.FAILED
