"""Days without money: the trial and the channel, each once per customer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.models import OutboxMessage
from payments.models import DayEntry
from payments.provider import EventKind
from payments.services import days
from payments.services.audit import audit_ledgers
from payments.services.channel_bonus import Bonus, bonus_days, claim_bonus
from payments.services.trials import start_trial, trial_days
from tests.payments.events import send
from tests.support.http_server import HttpServer, answer, reset


@pytest.fixture(autouse=True)
def _offers(settings):
    settings.TRIAL_DAYS = 3
    settings.BONUS_CHANNEL = "@news"
    settings.BONUS_CHANNEL_DAYS = 2
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)


def test_a_trial_is_given_once(customer):
    assert trial_days(customer.pk) == 3
    entry = start_trial(customer_id=customer.pk)
    assert entry is not None
    assert (entry.kind, entry.days) == ("trial", 3)
    assert OutboxMessage.objects.get(topic="days.given").payload == {"entry_id": entry.pk}
    assert trial_days(customer.pk) == 0
    assert start_trial(customer_id=customer.pk) is None
    assert audit_ledgers().differences == []


def test_a_trial_is_for_whoever_never_had_a_subscription(customer, make_payment):
    send(make_payment(customer=customer), EventKind.PAID)
    assert start_trial(customer_id=customer.pk) is None


def test_a_refunded_purchase_does_not_bring_the_trial_back(customer, make_payment):
    payment = make_payment(customer=customer)
    send(payment, EventKind.PAID)
    send(payment, EventKind.REFUNDED)
    assert start_trial(customer_id=customer.pk) is None


def test_no_trial_where_it_is_switched_off(customer, settings):
    settings.TRIAL_DAYS = 0
    assert start_trial(customer_id=customer.pk) is None


def test_a_purchase_goes_on_from_the_trial(customer, make_payment):
    start_trial(customer_id=customer.pk)
    send(make_payment(customer=customer), EventKind.PAID)
    assert sum(entry.days for entry in DayEntry.objects.all()) == 33


def test_the_database_itself_gives_one_trial_and_one_channel_bonus(customer):
    for kind in (DayEntry.Kind.TRIAL, DayEntry.Kind.CHANNEL):
        days.grant_bonus(customer, kind=kind, days=1, key=f"one:{kind}")
        with pytest.raises(IntegrityError), transaction.atomic():
            days.grant_bonus(customer, kind=kind, days=1, key=f"two:{kind}")


@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_give_one_trial(customer):
    def press(_number: int) -> bool:
        try:
            return start_trial(customer_id=customer.pk) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(press, range(10))) == 1


@pytest.fixture
def telegram(settings):
    with HttpServer() as server:
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "BOT_TOKEN": "1:test",
            "TELEGRAM_API_URL": server.url,
        }
        yield server


def member(status: str, **fields: Any):
    return answer(200, {"ok": True, "result": {"status": status, "user": {"id": 1}} | fields})


@pytest.mark.parametrize("status", ["member", "administrator", "creator"])
def test_a_member_gets_the_days_once(customer, telegram, status):
    telegram.plan(member(status))
    assert claim_bonus(customer_id=customer.pk) is Bonus.GIVEN
    asked = telegram.received[0].json
    assert asked == {"chat_id": "@news", "user_id": customer.telegram_id}
    entry = DayEntry.objects.get()
    assert (entry.kind, entry.days) == ("channel", 2)
    assert claim_bonus(customer_id=customer.pk) is Bonus.NOT_OFFERED
    assert len(telegram.received) == 1
    assert audit_ledgers().differences == []


@pytest.mark.parametrize(
    "said",
    [
        member("left"),
        member("kicked"),
        member("restricted", is_member=False),
        answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: user not found"}),
    ],
)
def test_whoever_is_not_in_the_channel_gets_nothing(customer, telegram, said):
    telegram.plan(said)
    assert claim_bonus(customer_id=customer.pk) is Bonus.NOT_A_MEMBER
    assert bonus_days(customer.pk) == 2


def test_a_restricted_member_is_a_member(customer, telegram):
    telegram.plan(member("restricted", is_member=True))
    assert claim_bonus(customer_id=customer.pk) is Bonus.GIVEN


def test_a_channel_the_bot_may_not_see_is_an_error_that_can_be_told(customer, telegram):
    words = "Bad Request: member list is inaccessible"
    telegram.plan(answer(400, {"ok": False, "error_code": 400, "description": words}))
    with pytest.raises(ServiceRefused):
        claim_bonus(customer_id=customer.pk)
    telegram.plan(reset())
    with pytest.raises(ServiceUnreachable):
        claim_bonus(customer_id=customer.pk)
    assert not DayEntry.objects.exists()


def test_without_a_channel_nobody_is_asked(customer, telegram, settings):
    settings.BONUS_CHANNEL = ""
    assert claim_bonus(customer_id=customer.pk) is Bonus.NOT_OFFERED
    assert telegram.received == []
