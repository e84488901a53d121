"""Refunds: who may ask, who decides, who confirms."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from integrations.clock import now
from integrations.models import OutboxMessage
from payments.errors import RefundImpossible, RefundRefusal, TooSoon
from payments.models import MoneyEntry, Payment, Refund
from payments.services import refund_rules, refunds
from tests.payments.refund_support import SUM, approve, ask, days_of, refusal, start

Status = Refund.Status


def topics() -> list[str]:
    found = OutboxMessage.objects.filter(topic__startswith="refund.").order_by("id")
    return list(found.values_list("topic", flat=True))


# --- asking


def test_a_customer_asks_for_all_that_is_left_once(paid):
    first = ask(paid, wish="не работает")
    assert (first.status, first.amount, first.origin) == (Status.REQUESTED, SUM, "customer")
    assert ask(paid).pk == first.pk
    assert topics() == ["refund.requested"]
    assert days_of(paid) == 30


def test_nobody_asks_for_somebody_elses_money(paid, make_customer):
    with pytest.raises(Payment.DoesNotExist):
        refunds.request_refund(payment_id=paid.pk, customer_id=make_customer().pk)
    assert not refunds.withdraw(refund_id=ask(paid).pk, customer_id=make_customer().pk)


@pytest.mark.parametrize(
    "status", ["created", "pending", "failed", "expired", "review", "refunded"]
)
def test_only_paid_money_can_be_asked_for(make_payment, status):
    payment = make_payment(status=status, paid_at=now())
    assert refusal(lambda: ask(payment)) is RefundRefusal.NOT_PAID


def test_money_that_is_promised_cannot_be_asked_for_again(paid, olga):
    start(paid, olga)
    assert refusal(lambda: ask(paid)) is RefundRefusal.NOTHING_LEFT


def test_asking_again_has_to_wait_after_a_rejection(paid, olga, settings):
    refunds.reject(refund_id=ask(paid).pk, staff=olga, reason="срок почти прошёл")
    assert refusal(lambda: ask(paid)) is RefundRefusal.TOO_SOON
    settings.REFUND_REQUEST_HOURS = 0
    assert ask(paid).status == Status.REQUESTED


def test_a_change_of_mind_is_free_and_repeating_it_at_once_is_not(paid, settings):
    settings.COOLDOWNS = settings.COOLDOWNS | {"refund": 30}
    refund = ask(paid)
    assert refunds.withdraw(refund_id=refund.pk, customer_id=paid.customer_id)
    assert not refunds.withdraw(refund_id=refund.pk, customer_id=paid.customer_id)
    with pytest.raises(TooSoon):
        ask(paid)
    refund.refresh_from_db()
    assert refund.status == Status.WITHDRAWN


def test_what_is_decided_cannot_be_withdrawn(paid, olga):
    refund = approve(ask(paid), olga)
    assert not refunds.withdraw(refund_id=refund.pk, customer_id=paid.customer_id)


def test_the_offer_names_the_sum_and_the_days(paid):
    offer = refund_rules.offer_of(paid)
    assert offer is not None
    assert (offer.money.amount, offer.days) == (SUM, 30)
    assert refund_rules.refundable_payments(paid.customer) == [paid]


# --- deciding


def test_a_rejection_has_its_reason_and_takes_nothing(paid, olga):
    refund = refunds.reject(refund_id=ask(paid).pk, staff=olga, reason="срок почти прошёл")
    assert (refund.status, refund.decided_by, refund.reason) == (
        Status.REJECTED,
        olga,
        "срок почти прошёл",
    )
    assert topics() == ["refund.requested", "refund.rejected"]
    assert days_of(paid) == 30
    assert not MoneyEntry.objects.filter(kind="refund").exists()


def test_nothing_is_taken_before_the_money_has_gone(paid, olga):
    refund = approve(ask(paid), olga)
    assert refund.status == Status.MANUAL
    paid.refresh_from_db()
    assert (paid.status, days_of(paid)) == ("paid", 30)


@pytest.mark.parametrize("amount", ["0", "-1", "199.01", "10.005"])
def test_a_sum_that_cannot_be_is_refused(paid, olga, amount):
    refund = ask(paid)
    assert refusal(lambda: approve(refund, olga, amount=Decimal(amount))) is RefundRefusal.AMOUNT
    assert refusal(lambda: approve(refund, olga, amount=Decimal("300"))) is RefundRefusal.AMOUNT


def test_a_decision_needs_a_reason(paid, olga):
    with pytest.raises(ValueError, match="reason"):
        approve(ask(paid), olga, reason=" ")


def test_a_second_decision_comes_too_late(paid, olga, boris):
    refund = ask(paid)
    approve(refund, olga)
    assert refusal(lambda: approve(refund, boris)) is RefundRefusal.MOVED
    rejects = lambda: refunds.reject(refund_id=refund.pk, staff=boris, reason="нет")  # noqa: E731
    assert refusal(rejects) is RefundRefusal.MOVED


def test_staff_do_not_pass_by_a_customers_request(paid, olga):
    refund = ask(paid)
    with pytest.raises(RefundImpossible) as caught:
        start(paid, olga)
    assert (caught.value.reason, caught.value.refund_id) == (RefundRefusal.UNDECIDED, refund.pk)


def test_the_same_form_sent_twice_is_one_refund(paid, olga):
    key = uuid4()
    first = start(paid, olga, amount=Decimal("50"), key=key)
    assert start(paid, olga, amount=Decimal("50"), key=key).pk == first.pk
    assert Refund.objects.count() == 1


def test_parts_cannot_add_up_to_more_than_was_paid(paid, olga):
    start(paid, olga, amount=Decimal("100"))
    start(paid, olga, amount=Decimal("99"))
    assert refusal(lambda: start(paid, olga, amount=Decimal("0.01"))) is RefundRefusal.AMOUNT


# --- the second person


def test_a_large_sum_needs_another_person(paid, olga, boris, settings):
    settings.REFUND_SECOND_PERSON_ABOVE = 198
    refund = approve(ask(paid), olga)
    assert refund.status == Status.SECOND
    assert topics()[-1] == "refund.second"
    agrees = lambda who: refunds.confirm(refund_id=refund.pk, staff=who)  # noqa: E731
    assert refusal(lambda: agrees(olga)) is RefundRefusal.SAME_PERSON
    assert agrees(boris).status == Status.MANUAL
    refund.refresh_from_db()
    assert (refund.decided_by, refund.second_by) == (olga, boris)
    assert refusal(lambda: agrees(boris)) is RefundRefusal.MOVED


def test_a_sum_at_the_limit_needs_one_person(paid, olga, settings):
    settings.REFUND_SECOND_PERSON_ABOVE = 199
    assert start(paid, olga).status == Status.MANUAL


def test_the_second_person_may_say_no(paid, olga, boris, settings):
    settings.REFUND_SECOND_PERSON_ABOVE = 0
    refund = approve(ask(paid), olga)
    refund = refunds.reject(refund_id=refund.pk, staff=boris, reason="проверил: доступ работал")
    assert (refund.status, refund.second_by) == (Status.REJECTED, boris)


def test_the_database_itself_wants_two_people(paid, olga):
    refund = start(paid, olga)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(second_by=olga)
