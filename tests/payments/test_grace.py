"""The end of access, with and without days of grace."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integrations.models import OutboxMessage
from payments import selectors
from payments.models import Reminder, Subscription
from payments.selectors import AccessState
from payments.services import fulfilment
from payments.services.fulfilment import republish_unsynced, sync_subscription
from payments.services.grace import end_lapsed
from payments.services.reminders import plan_reminders, still_due
from tests.factories import a_paid_payment, a_refunded_payment
from tests.payments.test_fulfilment import FakePanel
from tests.support.clock import moved_clock

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def clock(tmp_path):
    with moved_clock(tmp_path) as clock:
        yield clock


@pytest.fixture
def panel(monkeypatch) -> FakePanel:
    fake = FakePanel()
    monkeypatch.setattr(fulfilment, "get_panel", lambda: fake)
    return fake


@pytest.fixture
def subscription(clock, panel) -> Subscription:
    subscription: Subscription = a_paid_payment().customer.subscription
    return subscription


def synced(subscription: Subscription) -> Subscription:
    sync_subscription(subscription_id=subscription.pk)
    subscription.refresh_from_db()
    return subscription


def told(topic: str) -> int:
    return OutboxMessage.objects.filter(topic=topic).count()


def test_the_panel_gets_the_days_of_grace_and_the_customer_the_paid_end(
    subscription, panel, settings
):
    settings.GRACE_DAYS = 3
    synced(subscription)
    assert panel.ends == [subscription.expires_at + 3 * DAY]
    assert subscription.panel_expires_at == subscription.expires_at
    view = selectors.access_of(subscription.customer_id)
    assert (view.expires_at, view.grace_until) == (subscription.expires_at, None)


def test_what_follows_the_paid_end_is_not_behind(subscription, settings):
    settings.GRACE_DAYS = 3
    synced(subscription)
    assert republish_unsynced() == 0


def test_another_number_of_days_reaches_the_panel_by_itself_once(subscription, panel, settings):
    synced(subscription)
    settings.GRACE_DAYS = 2
    assert (republish_unsynced(), republish_unsynced()) == (1, 1)
    assert OutboxMessage.objects.filter(key__startswith="sync:").count() == 1
    synced(subscription)
    assert republish_unsynced() == 0
    assert panel.ends[-1] == subscription.expires_at + 2 * DAY


def test_nobody_whose_access_ended_long_ago_is_written_anew(subscription, clock, settings):
    synced(subscription)
    clock.to(subscription.expires_at + 40 * DAY)
    settings.GRACE_DAYS = 2
    assert republish_unsynced() == 0


def test_during_the_grace_access_works_and_says_until_when(subscription, clock, settings):
    settings.GRACE_DAYS = 3
    clock.to(subscription.expires_at + DAY)
    view = selectors.access_of(subscription.customer_id)
    assert view.state is AccessState.ACTIVE
    assert view.grace_until == subscription.expires_at + 3 * DAY
    clock.to(subscription.expires_at + 3 * DAY)
    assert selectors.access_of(subscription.customer_id).state is AccessState.EXPIRED


def test_a_refund_leaves_no_grace(clock, panel, settings):
    settings.GRACE_DAYS = 3
    subscription = synced(a_refunded_payment().customer.subscription)
    assert panel.ends == [subscription.expires_at]
    assert not subscription.in_grace
    assert selectors.access_of(subscription.customer_id).state is AccessState.EXPIRED


@pytest.mark.parametrize("grace", [0, 3])
def test_access_ends_once_after_the_grace(subscription, clock, settings, grace):
    settings.GRACE_DAYS = grace
    clock.to(subscription.expires_at + grace * DAY - timedelta(minutes=1))
    assert end_lapsed() == 0
    clock.to(subscription.expires_at + grace * DAY)
    assert [end_lapsed(), end_lapsed()] == [1, 0]
    assert told("subscription.ended") == 1
    ended = Reminder.objects.get()
    assert (ended.kind, ended.ends_at) == (Reminder.Kind.ENDED, subscription.expires_at)


def test_the_customer_is_told_when_people_are_awake(subscription, clock, settings):
    settings.QUIET_HOURS = (0, 0)
    clock.to(subscription.expires_at)
    end_lapsed()
    settings.QUIET_HOURS = quiet_around(subscription.expires_at)
    plan_reminders()
    assert told("reminder.due") == 0
    settings.QUIET_HOURS = (0, 0)
    plan_reminders()
    plan_reminders()
    assert told("reminder.due") == 1
    assert still_due(Reminder.objects.get(kind=Reminder.Kind.ENDED).pk) is not None


def quiet_around(moment: datetime) -> tuple[int, int]:
    hour = (moment.hour + 3) % 24  # Moscow
    return hour, (hour + 1) % 24


def test_after_a_refund_the_end_is_not_told_again(clock, panel):
    subscription = a_refunded_payment().customer.subscription
    clock.forward(timedelta(minutes=1))
    end_lapsed()
    row = Reminder.objects.get(subscription=subscription)
    assert still_due(row.pk) is None
    row.refresh_from_db()
    assert row.note == Reminder.Why.TAKEN_BACK


def test_who_renews_in_the_grace_is_not_told_that_access_ended(subscription, clock, settings):
    settings.GRACE_DAYS = 3
    clock.to(subscription.expires_at + DAY)
    a_paid_payment(customer=subscription.customer)
    clock.to(subscription.expires_at + 4 * DAY)
    assert end_lapsed() == 0


def test_an_end_that_passed_long_before_is_left_alone(subscription, clock):
    clock.to(subscription.expires_at + 4 * DAY)
    assert end_lapsed() == 0
