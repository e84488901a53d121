"""The worker that sends refunds: killed, raced and left without an answer, it gives money back once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integrations.clock import wall_clock
from integrations.models import OutboxMessage
from payments.abilities import RefundRequest, RefundResult
from payments.models import Refund
from payments.provider import EventKind
from payments.services import refund_sending, refunds
from payments.services.audit import audit_ledgers
from tests.payments.events import send
from tests.payments.refund_bank import booked, due, now_is
from tests.payments.refund_support import approve, ask, days_of, start

Status = Refund.Status


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
