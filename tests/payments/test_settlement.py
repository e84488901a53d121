from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from integrations.clock import now
from payments.models import (
    Customer,
    DayEntry,
    MoneyEntry,
    Payment,
    PaymentEvent,
    Referral,
    Subscription,
)
from payments.provider import EventKind
from payments.services import days, fulfilment
from payments.services.audit import audit_ledgers
from payments.services.customers import meet_customer
from payments.services.locks import lock_customers
from tests.payments.events import send


@pytest.fixture
def inviter(make_customer) -> Customer:
    customer: Customer = make_customer(username="boris")
    return customer


def friend_of(inviter: Customer, telegram_id: int = 5) -> Customer:
    return meet_customer(telegram_id=telegram_id, invite_code=inviter.invite_code)


def days_of(customer: Customer) -> int:
    entries = DayEntry.objects.filter(subscription__customer=customer)
    return sum(entry.seconds for entry in entries) // 86400


def test_a_renewal_begins_where_the_term_ends(make_payment, customer):
    send(make_payment(customer=customer), EventKind.PAID)
    first_end = customer.subscription.expires_at
    send(make_payment(customer=customer), EventKind.PAID)
    customer.subscription.refresh_from_db()
    assert customer.subscription.expires_at == first_end + timedelta(days=30)


def test_a_renewal_after_a_lapse_begins_now(make_payment, customer):
    Subscription.objects.create(customer=customer, expires_at=now() - timedelta(days=100))
    send(make_payment(customer=customer), EventKind.PAID)
    customer.subscription.refresh_from_db()
    left = customer.subscription.expires_at - now()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)


def test_a_friends_first_payment_gives_the_inviter_seven_days_once(make_payment, inviter):
    friend = friend_of(inviter)
    send(make_payment(customer=friend), EventKind.PAID)
    send(make_payment(customer=friend), EventKind.PAID)
    assert days_of(inviter) == 7
    assert days_of(friend) == 60
    assert Referral.objects.get().status == Referral.Status.REWARDED


def test_nobody_invites_himself_or_an_old_customer(inviter):
    meet_customer(telegram_id=inviter.payer_id, invite_code=inviter.invite_code)
    old = meet_customer(telegram_id=6)
    meet_customer(telegram_id=old.payer_id, invite_code=inviter.invite_code)
    assert not Referral.objects.exists()


def test_a_full_refund_takes_back_days_and_bonus(make_payment, inviter):
    payment = make_payment(customer=friend_of(inviter))
    send(payment, EventKind.PAID)
    send(payment, EventKind.REFUNDED)
    assert days_of(payment.customer) == 0
    assert days_of(inviter) == 0
    assert Referral.objects.get().status == Referral.Status.REVOKED


def test_a_refund_in_parts_takes_the_days_with_its_last_part(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID)
    send(payment, EventKind.REFUNDED, event_id="r1", amount="100.00")
    assert (payment.status, days_of(payment.customer)) == ("partly_refunded", 30)
    send(payment, EventKind.REFUNDED, event_id="r2", amount="99.00")
    assert (payment.status, days_of(payment.customer)) == ("refunded", 0)


@pytest.mark.parametrize(
    ("amount", "currency"), [("199.01", "RUB"), ("0.00", "RUB"), ("5.00", "USD")]
)
def test_a_refund_that_cannot_be_right_moves_nothing(make_payment, amount, currency):
    payment = make_payment()
    send(payment, EventKind.PAID)
    outcome = send(payment, EventKind.REFUNDED, amount=amount, currency=currency)
    assert outcome == PaymentEvent.Outcome.REVIEW
    assert (payment.status, days_of(payment.customer)) == ("paid", 30)


def test_two_invited_each_other_cannot_deadlock_the_lock_order(make_customer):
    one, two = make_customer(), make_customer()
    with transaction.atomic():
        lock_customers([two.pk, one.pk, two.pk])
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            assert cursor.fetchone()[0] >= 2


@pytest.mark.parametrize("table", ["payments_dayentry", "payments_moneyentry"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_raw_sql_cannot_rewrite_a_ledger(make_payment, table, sql):
    send(make_payment(), EventKind.PAID)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
    assert DayEntry.objects.count() == MoneyEntry.objects.count() == 1


def test_the_database_refuses_a_second_purchase_entry(make_payment):
    payment = make_payment()
    send(payment, EventKind.PAID)
    with pytest.raises(IntegrityError), transaction.atomic():
        days.grant_purchase(payment)


def test_staff_give_what_a_payment_was_for_with_a_reason_and_once(make_payment):
    staff = get_user_model().objects.create_user("operator")
    payment = make_payment(status=Payment.Status.REVIEW)
    for _again in range(2):
        fulfilment.give_access(payment_id=payment.pk, reason="оплата подтверждена", staff=staff)
    entry = DayEntry.objects.get()
    assert (entry.kind, entry.granted_by, entry.seconds) == ("manual", staff, 30 * 86400)
    assert not MoneyEntry.objects.exists()


def test_money_that_arrives_after_all_does_not_give_the_term_twice(make_payment):
    staff = get_user_model().objects.create_user("operator")
    payment = make_payment()
    fulfilment.give_access(payment_id=payment.pk, reason="клиент прислал чек", staff=staff)
    send(payment, EventKind.PAID)
    assert days_of(payment.customer) == 30
    send(payment, EventKind.REFUNDED)
    assert days_of(payment.customer) == 0
    assert not audit_ledgers().differences


def test_manual_days_without_a_reason_are_refused_by_the_database(customer):
    staff = get_user_model().objects.create_user("operator")
    with pytest.raises(IntegrityError), transaction.atomic():
        days.grant_manually(customer, days=3, reason="", staff=staff, key="k")
