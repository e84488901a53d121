"""Reminders in the back office."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.clock import now
from payments.models import Customer, Reminder
from tests import factories
from tests.support.office import page, queries_of

Status = Reminder.Status


@pytest.fixture
def customer(db) -> Customer:
    customer = factories.a_customer(email="anna@xn----7sblg6ajc1e4b.xn--p1ai")
    subscription = factories.a_paid_payment(customer=customer).customer.subscription
    for kind, status, channel, note in (
        ("d7", Status.SENT, "telegram", ""),
        ("d3", Status.SKIPPED, "", Reminder.Why.LATE),
        ("d1", Status.FAILED, "email", "the server knows no such address (550)"),
    ):
        Reminder.objects.create(
            subscription=subscription,
            ends_at=subscription.expires_at,
            kind=kind,
            status=status,
            channel=channel,
            note=note,
            sent_at=now() if status == Status.SENT else None,
        )
    return customer


WORDS = ("за 7 дней", "не успели вовремя", "e-mail", "the server knows no such address (550)")


def test_the_list_says_what_went_where_and_why_not(office, customer):
    text = office.get("/admin/payments/reminder/").content.decode()
    assert all(words in text for words in WORDS)


def test_the_customers_page_shows_them_and_his_choices(office, customer):
    text = office.get(page(customer)).content.decode()
    assert all(words in text for words in WORDS)
    assert "anna@дома-цены.рф" in text
    Customer.objects.update(reminders_on=False)
    assert "выключены" in office.get(page(customer)).content.decode()


def test_one_can_be_read_and_none_changed(office, customer):
    row = Reminder.objects.get(kind="d3")
    assert "не успели вовремя" in office.get(page(row)).content.decode()
    assert office.post(page(row), {"status": "sent"}).status_code in (302, 403, 405)
    row.refresh_from_db()
    assert row.status == Status.SKIPPED
    assert office.get("/admin/payments/reminder/add/").status_code == 403


def test_the_list_costs_the_same_for_many(office, customer):
    few = queries_of(office, "/admin/payments/reminder/")
    for number in range(20):
        payment = factories.a_paid_payment()
        Reminder.objects.create(
            subscription=payment.customer.subscription,
            ends_at=now() + timedelta(days=number),
            kind="d3",
        )
    assert queries_of(office, "/admin/payments/reminder/") == few
