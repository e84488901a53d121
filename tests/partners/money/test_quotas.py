"""Places for leads: counted once, whoever asks at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import time_machine
from django.db import connection

from partners.models import QuotaMonth
from partners.services import quotas
from partners.services.accounts import ensure_account
from payments.provider import EventKind
from tests.partners.factories import a_partner
from tests.partners.money.support import buy
from tests.payments.events import send


@pytest.mark.django_db
def test_a_paid_tier_widens_the_month_at_once(partner):
    assert quotas.left(partner) == 10
    assert quotas.take([partner.pk]) == {partner.pk}
    buy(partner, "basic")
    assert quotas.left(partner) == 99


@pytest.mark.django_db
def test_a_lower_limit_is_never_below_zero(partner):
    payment = buy(partner, "basic")
    QuotaMonth.objects.create(partner=partner, month=quotas.this_month(), used=40)
    send(payment, EventKind.REFUNDED, amount="5000.00", operation="r1")
    assert quotas.left(partner) == 0
    assert quotas.take([partner.pk]) == set()
    assert QuotaMonth.objects.get().used == 40


@pytest.mark.django_db
def test_a_month_begins_at_midnight_in_the_registrys_zone(partner):
    with time_machine.travel(datetime(2026, 11, 30, 20, 59, tzinfo=UTC), tick=False):
        quotas.take([partner.pk])
        assert quotas.this_month() == date(2026, 11, 1)
        assert quotas.left(partner) == 9
    with time_machine.travel(datetime(2026, 11, 30, 21, 0, tzinfo=UTC), tick=False):
        assert quotas.this_month() == date(2026, 12, 1)
        assert quotas.left(partner) == 10


@pytest.mark.django_db
def test_only_those_with_room_are_counted(partner):
    full = a_partner()
    QuotaMonth.objects.create(partner=full, month=quotas.this_month(), used=10)
    assert quotas.take([partner.pk, full.pk]) == {partner.pk}


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_fill_exactly_ten_places():
    one, two = a_partner(), a_partner()
    for each in (one, two):
        ensure_account(each)
    start = Barrier(20)

    def ask(number: int) -> set[int]:
        try:
            start.wait(timeout=30)
            # Half of them name the partners the other way round.
            ids = [one.pk, two.pk] if number % 2 else [two.pk, one.pk]
            return quotas.take(ids)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    for each in (one, two):
        assert sum(each.pk in answer for answer in answers) == 10
    assert set(QuotaMonth.objects.values_list("used", flat=True)) == {10}
