"""What a refund does to the books: made by hand, found in the provider's cabinet, told twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payments.errors import RefundRefusal
from payments.models import DayEntry, Incident, MoneyEntry, Payment, PaymentEvent, Refund
from payments.provider import EventKind
from payments.services import refunds
from payments.services.audit import audit_ledgers
from tests.payments.events import send
from tests.payments.refund_support import SUM, approve, ask, days_of, refusal, start

Status = Refund.Status


# --- by hand


def test_a_transfer_by_hand_is_booked_with_its_proof(paid, olga):
    refund = start(paid, olga)
    done = refunds.complete_manual(refund_id=refund.pk, staff=olga, evidence="Сбер, № 77, 12:40")
    assert (done.status, done.evidence) == (Status.SUCCEEDED, "Сбер, № 77, 12:40")
    paid.refresh_from_db()
    assert (paid.status, days_of(paid)) == ("refunded", 0)
    assert PaymentEvent.objects.get(kind="refunded").origin == "staff"
    again = lambda: refunds.complete_manual(  # noqa: E731
        refund_id=refund.pk, staff=olga, evidence="ещё раз"
    )
    assert refusal(again) is RefundRefusal.MOVED
    assert audit_ledgers().differences == []


def test_a_transfer_by_hand_needs_its_proof(paid, olga):
    refund = start(paid, olga)
    with pytest.raises(ValueError, match="proof"):
        refunds.complete_manual(refund_id=refund.pk, staff=olga, evidence="  ")


def test_a_part_takes_the_days_staff_chose(paid, olga):
    refund = start(paid, olga, amount=Decimal("50"), days=10)
    refunds.complete_manual(refund_id=refund.pk, staff=olga, evidence="Сбер, № 1")
    paid.refresh_from_db()
    assert (paid.status, days_of(paid)) == ("partly_refunded", 20)
    rest = start(paid, olga, amount=Decimal("149"), days=3)
    refunds.complete_manual(refund_id=rest.pk, staff=olga, evidence="Сбер, № 2")
    paid.refresh_from_db()
    assert (paid.status, days_of(paid)) == ("refunded", 0)
    assert sorted(MoneyEntry.objects.filter(kind="refund").values_list("amount", flat=True)) == [
        Decimal("50.00"),
        Decimal("149.00"),
    ]
    assert audit_ledgers().differences == []


def test_a_part_takes_no_more_days_than_there_are(paid, olga):
    refund = start(paid, olga, amount=Decimal("50"), days=500)
    refunds.complete_manual(refund_id=refund.pk, staff=olga, evidence="Сбер, № 1")
    assert days_of(paid) == 0
    assert DayEntry.objects.filter(kind="clawback").count() == 1
    assert audit_ledgers().differences == []


# --- refunds of somebody else's making


def test_a_refund_in_the_cabinet_gets_a_row_of_its_own(paid):
    send(paid, EventKind.REFUNDED, operation="r-1")
    found = Refund.objects.get()
    assert (found.origin, found.status, found.external_id) == ("provider", "succeeded", "r-1")
    assert found.amount == SUM
    assert Incident.objects.get().kind == "refund_found"
    assert audit_ledgers().differences == []


def test_a_refund_in_the_cabinet_answers_an_undecided_request(paid, olga):
    refund = ask(paid)
    send(paid, EventKind.REFUNDED, operation="r-1")
    refund.refresh_from_db()
    assert refund.status == Status.REJECTED
    assert Refund.objects.filter(status=Status.SUCCEEDED).count() == 1
    assert refusal(lambda: approve(refund, olga)) is RefundRefusal.MOVED


def test_a_manual_refund_made_in_the_cabinet_is_recognised(paid, olga):
    refund = start(paid, olga, amount=Decimal("50"), days=5)
    send(paid, EventKind.REFUNDED, event_id="e-1", operation="r-1", amount="50.00")
    refund.refresh_from_db()
    assert (refund.status, refund.external_id) == (Status.SUCCEEDED, "r-1")
    assert not Incident.objects.exists()
    assert days_of(paid) == 25


def test_a_transfer_told_by_hand_and_by_the_provider_is_booked_once(paid, olga):
    refund = start(paid, olga, amount=Decimal("50"))
    refunds.complete_manual(refund_id=refund.pk, staff=olga, evidence="в кабинете")
    send(paid, EventKind.REFUNDED, event_id="e-1", operation="r-1", amount="50.00")
    assert MoneyEntry.objects.filter(kind="refund").count() == 1
    assert "by hand" in PaymentEvent.objects.get(event_id="e-1").note
    assert audit_ledgers().differences == []


def test_a_planted_posting_without_a_refund_is_found(paid):
    MoneyEntry.objects.create(
        payment=paid,
        key=f"refund:{paid.pk}:{'0' * 32}",
        kind="refund",
        debit="refunds",
        credit="clearing",
        amount=Decimal("10"),
        currency="RUB",
    )
    Payment.objects.filter(pk=paid.pk).update(status="partly_refunded")
    assert [one.rule for one in audit_ledgers().differences] == [
        "every posting of a refund was meant"
    ]


def test_a_refund_that_only_claims_to_be_booked_is_found(paid, olga):
    refund = start(paid, olga)
    Refund.objects.filter(pk=refund.pk).update(status=Status.SUCCEEDED)
    assert [one.rule for one in audit_ledgers().differences] == [
        "a refund is booked when it has succeeded, once"
    ]
