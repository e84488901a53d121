"""Refunds when several people and several workers do the same thing at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections

from payments.models import Payment, Refund
from payments.provider import EventKind
from payments.services import refund_sending, refunds
from payments.services.audit import audit_ledgers
from tests.payments.events import send
from tests.payments.refund_bank import booked, now_is, told
from tests.payments.refund_support import approve, ask, start

Status = Refund.Status


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
