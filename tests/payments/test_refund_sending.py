"""The worker that sends refunds: killed, raced and left without an answer, it gives money back once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections

from integrations.clock import wall_clock
from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.models import OutboxMessage
from payments.abilities import RefundRequest, RefundResult, RefundState
from payments.models import MoneyEntry, Payment, Refund
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import refund_rules, refund_sending, refunds
from payments.services.audit import audit_ledgers
from tests.payments.events import send
from tests.payments.refund_support import approve, ask, days_of, start

Status = Refund.Status


class Bank:
    """A provider that remembers every refund by its key. `plan` is what happens to the next calls."""

    label = "Bank"

    def __init__(self) -> None:
        self.made: dict[str, str] = {}
        self.calls: list[str] = []
        self.plan: list[str] = []
        self.settled = True
        self.gate: threading.Barrier | None = None

    def refund(self, request: RefundRequest) -> RefundResult:
        self.calls.append("refund")
        what = self.plan.pop(0) if self.plan else ""
        if what == "down":
            raise ServiceUnreachable("no answer", service="Bank")
        if what == "refuse":
            raise ServiceRefused("more than is left", service="Bank")
        self.made.setdefault(request.reference, f"r-{len(self.made) + 1}")
        if what == "lost":
            raise ServiceUnreachable("the answer was lost", service="Bank")
        return self._told(request)

    def find_refund(self, request: RefundRequest) -> RefundResult | None:
        self.calls.append("find")
        what = self.plan.pop(0) if self.plan else ""
        if what == "down":
            raise ServiceUnreachable("no answer", service="Bank")
        if what == "refuse":
            raise ServiceRefused("wrong key", service="Bank")
        return self._told(request) if request.reference in self.made else None

    def _told(self, request: RefundRequest) -> RefundResult:
        number = self.made[request.reference]
        if not self.settled:
            return RefundResult(state=RefundState.PENDING, external_id=number)
        return RefundResult(
            state=RefundState.SUCCEEDED, external_id=number, event=told(request, number)
        )


def told(request: RefundRequest, number: str) -> ProviderEvent:
    return ProviderEvent(
        kind=EventKind.REFUNDED,
        trust=Trust.SIGNED,
        event_id=f"refund:{number}",
        reference=request.payment_reference,
        external_id=request.external_id,
        money=request.money,
        operation=number,
    )


@pytest.fixture
def bank(monkeypatch) -> Bank:
    bank = Bank()
    for module in (refund_sending, refund_rules):
        monkeypatch.setattr(module, "get_provider", lambda slug: bank)
    return bank


def due(refund: Refund) -> None:
    """The lease or the pause is over."""
    Refund.objects.filter(pk=refund.pk).update(not_before=wall_clock() - timedelta(seconds=1))


def now_is(refund: Refund) -> str:
    refund.refresh_from_db()
    return refund.status


def booked() -> list[Decimal]:
    return list(MoneyEntry.objects.filter(kind="refund").values_list("amount", flat=True))


def test_an_approved_refund_is_sent_booked_and_told(bank, paid, olga):
    refund = approve(ask(paid), olga)
    assert refund.status == Status.ORDERED
    assert refund_sending.send_refunds() == 1
    assert (now_is(refund), refund.external_id) == (Status.SUCCEEDED, "r-1")
    paid.refresh_from_db()
    assert (paid.status, days_of(paid), booked()) == ("refunded", 0, [Decimal("199.00")])
    assert OutboxMessage.objects.filter(topic="payment.refunded").exists()
    assert bank.calls == ["refund"]
    assert refund_sending.send_refunds() == 0
    assert audit_ledgers().differences == []


def test_a_part_is_told_with_its_days(bank, paid, olga):
    start(paid, olga, amount=Decimal("66"), days=10)
    refund_sending.send_refunds()
    assert days_of(paid) == 20
    [message] = OutboxMessage.objects.filter(topic="payment.partly_refunded")
    assert message.payload["refund_id"] == Refund.objects.get().pk


def test_a_refusal_is_final_and_staff_hear_of_it(bank, paid, olga):
    bank.plan = ["refuse"]
    refund = start(paid, olga)
    assert refund_sending.send_refunds() == 1
    assert now_is(refund) == Status.FAILED
    assert refund.error == "more than is left"
    assert OutboxMessage.objects.filter(topic="refund.failed").exists()
    assert (days_of(paid), booked()) == (30, [])
    assert start(paid, olga).status == Status.ORDERED


def test_a_refund_that_failed_can_be_made_by_hand(bank, paid, olga):
    bank.plan = ["refuse"]
    refund = start(paid, olga)
    refund_sending.send_refunds()
    refunds.complete_manual(refund_id=refund.pk, staff=olga, evidence="Сбер, № 5")
    assert now_is(refund) == Status.SUCCEEDED
    assert audit_ledgers().differences == []


@pytest.mark.parametrize("what", ["down", "lost"])
def test_no_answer_means_waiting_and_asking_first(bank, paid, olga, what):
    bank.plan = [what]
    refund = start(paid, olga)
    assert refund_sending.send_refunds() == 0
    assert now_is(refund) == Status.ORDERED
    assert "ServiceUnreachable" in refund.error
    assert refund.not_before is not None
    assert refund.not_before > wall_clock()
    assert refund_sending.send_refunds() == 0
    due(refund)
    assert refund_sending.send_refunds() == 1
    assert bank.calls == ["refund", "find"] + (["refund"] if what == "down" else [])
    assert now_is(refund) == Status.SUCCEEDED
    assert len(bank.made) == 1


@pytest.mark.parametrize("what", ["down", "refuse"])
def test_nothing_is_sent_again_before_the_first_attempt_is_known(bank, paid, olga, what):
    bank.plan = ["lost", what]
    refund = start(paid, olga)
    refund_sending.send_refunds()
    due(refund)
    refund_sending.send_refunds()
    assert now_is(refund) == Status.ORDERED
    assert bank.calls == ["refund", "find"]


def test_a_pending_refund_is_asked_about_until_it_is_there(bank, paid, olga):
    bank.settled = False
    refund = start(paid, olga)
    assert refund_sending.send_refunds() == 0
    assert (now_is(refund), refund.external_id) == (Status.PENDING, "r-1")
    assert days_of(paid) == 30
    due(refund)
    assert refund_sending.send_refunds() == 0
    bank.settled = True
    due(refund)
    assert refund_sending.send_refunds() == 1
    assert now_is(refund) == Status.SUCCEEDED
    assert bank.calls == ["refund", "find", "find"]


def test_a_killed_worker_leaves_a_refund_that_is_found_and_not_sent_again(
    bank, paid, olga, monkeypatch
):
    """The process dies after the provider has done it and before anything was written."""
    refund = start(paid, olga)
    with monkeypatch.context() as dying:
        dying.setattr(refund_sending, "_apply", _killed)
        with pytest.raises(KeyboardInterrupt):
            refund_sending.send_refunds()
    assert (now_is(refund), refund.attempts, booked()) == (Status.ORDERED, 1, [])
    assert refund_sending.send_refunds() == 0, "the lease still stands"
    due(refund)
    assert refund_sending.send_refunds() == 1
    assert bank.calls == ["refund", "find"]
    assert (now_is(refund), booked()) == (Status.SUCCEEDED, [Decimal("199.00")])


def test_a_worker_killed_before_the_call_sends_it_later(bank, paid, olga, monkeypatch):
    refund = start(paid, olga)
    with monkeypatch.context() as dying:
        dying.setattr(refund_sending, "_request", _killed)
        with pytest.raises(KeyboardInterrupt):
            refund_sending.send_refunds()
    due(refund)
    assert refund_sending.send_refunds() == 1
    assert bank.calls == ["find", "refund"]


def test_the_notification_may_come_before_the_answer(bank, paid, olga):
    refund = start(paid, olga)
    send(paid, EventKind.REFUNDED, event_id="refund:r-1", operation="r-1")
    assert now_is(refund) == Status.SUCCEEDED
    assert refund_sending.send_refunds() == 0
    assert bank.calls == []


def test_the_notification_may_come_while_the_call_is_under_way(bank, paid, olga, monkeypatch):
    refund = start(paid, olga)
    answered = bank.refund

    def overtaken(request: RefundRequest) -> RefundResult:
        result: RefundResult = answered(request)
        send(paid, EventKind.REFUNDED, event_id="refund:r-1", operation="r-1")
        return result

    monkeypatch.setattr(bank, "refund", overtaken)
    refund_sending.send_refunds()
    assert (now_is(refund), booked()) == (Status.SUCCEEDED, [Decimal("199.00")])
    assert not OutboxMessage.objects.filter(topic="refund.failed").exists()
    assert audit_ledgers().differences == []


def test_money_given_back_in_the_cabinet_is_not_sent_again(bank, paid, olga):
    refund = start(paid, olga, amount=Decimal("100"))
    send(paid, EventKind.REFUNDED, event_id="refund:x", operation="x", amount="150.00")
    assert refund_sending.send_refunds() == 1
    assert now_is(refund) == Status.FAILED
    assert bank.calls == []


def test_of_one_payment_one_refund_is_on_its_way(bank, paid, olga):
    bank.settled = False
    first = start(paid, olga, amount=Decimal("50"))
    second = start(paid, olga, amount=Decimal("60"))
    refund_sending.send_refunds()
    assert (now_is(first), now_is(second), second.attempts) == ("pending", "ordered", 0)


def test_a_silent_provider_is_asked_once_a_run(bank, make_payment, olga):
    for number in range(3):
        payment = make_payment(external_id=f"guid-{number}")
        send(payment, EventKind.PAID)
        start(payment, olga)
    bank.plan = ["down"] * 3
    refund_sending.send_refunds()
    assert bank.calls == ["refund"]


def test_a_provider_that_is_switched_off_is_waited_for(paid, olga, bank, monkeypatch, settings):
    refund = start(paid, olga)
    monkeypatch.undo()
    settings.PAYMENT_PROVIDERS = []
    assert refund_sending.send_refunds() == 0
    assert now_is(refund) == Status.ORDERED
    assert "UnknownProvider" in refund.error


def _killed(*_arguments: object, **_named: object) -> None:
    raise KeyboardInterrupt


# --- several at once, each with a connection of its own


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What each returned or raised, begun together."""
    results: list[object] = [None] * len(jobs)
    gate = threading.Barrier(len(jobs))

    def run(number: int, job: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[number] = job()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def passed(results: list[object]) -> int:
    return sum(not isinstance(one, Exception) for one in results)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_workers_send_one_refund(self, bank, paid, olga):
        refund = start(paid, olga)
        at_once(*[refund_sending.send_refunds] * 4)
        assert bank.calls == ["refund"]
        assert (now_is(refund), booked()) == (Status.SUCCEEDED, [Decimal("199.00")])
        assert audit_ledgers().differences == []

    def test_two_taps_are_one_request(self, paid):
        at_once(*[lambda: ask(paid)] * 4)
        assert Refund.objects.count() == 1

    def test_two_people_decide_once(self, bank, paid, olga, boris):
        refund = ask(paid)
        results = at_once(
            lambda: approve(refund, olga),
            lambda: approve(refund, boris, amount=Decimal("50")),
            lambda: refunds.reject(refund_id=refund.pk, staff=boris, reason="не подходит"),
        )
        assert passed(results) == 1, results
        assert now_is(refund) in (Status.ORDERED, Status.REJECTED)

    def test_the_second_person_agrees_once(self, bank, paid, olga, boris, settings):
        settings.REFUND_SECOND_PERSON_ABOVE = 0
        refund = start(paid, olga)
        agree = [lambda: refunds.confirm(refund_id=refund.pk, staff=boris)] * 3
        assert passed(at_once(*agree)) == 1

    def test_two_forms_cannot_promise_more_than_there_is(self, bank, paid, olga, boris):
        orders = [
            lambda: start(paid, olga, amount=Decimal("150")),
            lambda: start(paid, boris, amount=Decimal("150")),
        ]
        assert passed(at_once(*orders)) == 1

    def test_a_double_click_is_one_refund(self, bank, paid, olga):
        key = uuid4()
        at_once(*[lambda: start(paid, olga, amount=Decimal("20"), key=key)] * 3)
        assert Refund.objects.count() == 1

    def test_a_transfer_by_hand_is_booked_once(self, paid, olga, boris):
        refund = start(paid, olga)
        done = [
            lambda: refunds.complete_manual(refund_id=refund.pk, staff=olga, evidence="№ 1"),
            lambda: refunds.complete_manual(refund_id=refund.pk, staff=boris, evidence="№ 2"),
        ]
        assert passed(at_once(*done)) == 1
        assert booked() == [Decimal("199.00")]

    def test_the_worker_and_the_notification_count_once(self, bank, paid, olga):
        refund = start(paid, olga)
        request = refund_sending._request(refund)
        news = told(request, "r-1")
        at_once(
            refund_sending.send_refunds,
            lambda: send(
                Payment.objects.get(pk=paid.pk),
                EventKind.REFUNDED,
                event_id=news.event_id,
                operation=news.operation,
            ),
        )
        refund_sending.send_refunds()
        assert now_is(refund) == Status.SUCCEEDED
        assert booked() == [Decimal("199.00")]
        assert audit_ledgers().differences == []
