"""Many at once: limits are exact, a code and a gift are had once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from payments.models import DayEntry, Gift, PromoCode, PromoUse
from payments.provider import EventKind
from payments.services import gifts, promotions, transitions
from payments.services.audit import audit_ledgers
from payments.services.gifts import Claim
from payments.services.locks import CUSTOMER_LOCKS
from payments.services.promotions import Verdict
from tests.payments.events import send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_pauses(settings):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)


def enter(customer) -> Verdict:
    return promotions.enter(customer_id=customer.pk, text="march").verdict


def at_once(call, arguments) -> list[Any]:
    def run(argument):
        try:
            return call(argument)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


@pytest.mark.parametrize("kind", ["percent", "days"])
def test_twenty_customers_at_once_use_a_code_for_five_exactly_five_times(make_customer, kind):
    PromoCode.objects.create(code="MARCH", kind=kind, value=25, limit_total=5)
    verdicts = at_once(enter, [make_customer() for _ in range(20)])
    assert verdicts.count(Verdict.USED_UP) == 15
    assert PromoUse.objects.exclude(status="released").count() == 5


def test_one_customer_in_parallel_uses_a_code_once(customer):
    PromoCode.objects.create(code="MARCH", kind="days", value=3)
    verdicts = at_once(enter, [customer] * 10)
    assert sorted(verdicts) == [Verdict.DAYS] + [Verdict.HAD_IT] * 9
    assert DayEntry.objects.count() == 1


def test_ten_who_open_a_gift_at_once_have_it_once(make_payment, make_customer):
    send(make_payment(purpose="gift"), EventKind.PAID)
    token = Gift.objects.get().token

    def claim(customer) -> Claim:
        return gifts.claim(token=token, customer_id=customer.pk)[0]

    claims = at_once(claim, [make_customer() for _ in range(10)])
    assert sorted(claims) == [Claim.RECEIVED] + [Claim.TAKEN] * 9
    assert DayEntry.objects.count() == 1


def test_a_gift_claimed_while_its_money_goes_back_leaves_no_days(make_payment, make_customer):
    """Whichever wins, the books are in order and nobody keeps days for money that went back."""
    for _round in range(4):
        payment = make_payment(purpose="gift")
        send(payment, EventKind.PAID)
        gift, receiver = Gift.objects.get(payment=payment), make_customer()
        works = [
            lambda g=gift, r=receiver: gifts.claim(token=g.token, customer_id=r.pk),
            lambda p=payment: send(p, EventKind.REFUNDED),
        ]
        at_once(lambda work: work(), works)
        gift.refresh_from_db()
        assert gift.status == "revoked"
        given = DayEntry.objects.filter(subscription__customer=receiver)
        assert sum(entry.seconds for entry in given) == 0
    assert audit_ledgers().differences == []


def test_who_claims_while_a_settlement_waits_for_its_locks_is_locked_too(
    customer, make_customer, monkeypatch
):
    """The first look does not know the receiver yet; the second one, with the locks held, does."""
    receiver = make_customer()
    looks = iter([{customer.pk}, {customer.pk, receiver.pk}])
    monkeypatch.setattr(
        transitions,
        "customers_involved",
        lambda _ids: next(looks, {customer.pk, receiver.pk}),
    )
    with transaction.atomic():
        transitions.lock_involved([customer.pk])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s",
                [CUSTOMER_LOCKS],
            )
            held = {number for (number,) in cursor.fetchall()}
    assert {customer.pk, receiver.pk} <= held
