"""Who is reminded of the end of his term, and who is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from integrations.clock import now
from integrations.models import OutboxMessage
from payments.models import AutoRenewal, Customer, Reminder, SavedMethod, Subscription
from payments.services import reminders
from payments.services.customers import switch_reminders
from payments.services.grace import end_lapsed
from payments.services.reminders import Asleep, plan_reminders, still_due
from tests.factories import a_customer, a_paid_payment, a_payment, a_payment_in_review, a_plan
from tests.support.clock import MovedClock, moved_clock

pytestmark = pytest.mark.django_db

Kind, Status, Why = Reminder.Kind, Reminder.Status, Reminder.Why
DAY = timedelta(days=1)
STEP = timedelta(hours=3)
# Bought at noon in Moscow, so that no moment of thirty days falls into the night.
BOUGHT = datetime(2027, 3, 1, 9, tzinfo=UTC)
ALL = [Kind.WEEK, Kind.THREE_DAYS, Kind.DAY, Kind.TODAY, Kind.ENDED, Kind.AFTER]


@pytest.fixture
def clock(tmp_path):
    with moved_clock(tmp_path) as clock:
        clock.to(BOUGHT)
        yield clock


@pytest.fixture
def subscription(clock) -> Subscription:
    return buy()


def buy(customer: Customer | None = None, **plan: object) -> Subscription:
    payment = a_paid_payment(customer=customer or a_customer(), plan=a_plan(**plan))
    subscription: Subscription = Subscription.objects.get(customer=payment.customer)
    return subscription


def rows(status: Reminder.Status | None = None) -> list[str]:
    found = Reminder.objects.order_by("pk")
    return [row.kind for row in (found.filter(status=status) if status else found)]


def handed_over() -> int:
    return OutboxMessage.objects.filter(topic="reminder.due").count()


def day_by_day(clock: MovedClock, *, days: int) -> None:
    """What beat does, as if every reminder that is handed over were sent."""
    for _turn in range(days * 8):
        clock.forward(STEP)
        end_lapsed()
        plan_reminders()
        for row in Reminder.objects.filter(status=Status.PLANNED):
            if OutboxMessage.objects.filter(key=f"reminder:{row.pk}").exists() and still_due(
                row.pk
            ):
                reminders.mark_sent(row.pk, Reminder.Channel.TELEGRAM)


def test_a_whole_term_brings_each_reminder_once_at_its_moment(clock, subscription):
    day_by_day(clock, days=36)
    assert rows(Status.SENT) == ALL
    end = subscription.expires_at
    sent = [row.sent_at - end for row in Reminder.objects.order_by("pk") if row.sent_at]
    expected = [-7 * DAY, -3 * DAY, -DAY, -DAY / 8, timedelta(), 3 * DAY]
    assert all(
        timedelta() <= at - meant < STEP + timedelta(minutes=5)
        for at, meant in zip(sent, expected, strict=True)
    )


def test_nothing_is_due_in_the_first_days_and_again_tomorrow_nothing(clock, subscription):
    clock.forward(22 * DAY)
    assert plan_reminders() == 0
    clock.forward(DAY + timedelta(minutes=1))
    assert plan_reminders() == 1
    assert plan_reminders() == 0
    assert handed_over() == 1


def test_a_short_term_skips_what_would_come_at_once_after_the_purchase(clock):
    buy(code="3d", length=3)
    day_by_day(clock, days=8)
    assert rows(Status.SENT) == [Kind.DAY, Kind.TODAY, Kind.ENDED, Kind.AFTER]
    skipped = Reminder.objects.get(status=Status.SKIPPED)
    assert (skipped.kind, skipped.note) == (Kind.THREE_DAYS, Why.JUST_BOUGHT)


def test_a_renewal_begins_anew_with_the_new_end(clock, subscription):
    clock.to(subscription.expires_at - 7 * DAY)
    plan_reminders()
    buy(subscription.customer)
    day_by_day(clock, days=8)
    assert rows() == [Kind.WEEK]  # of the old end
    clock.to(Subscription.objects.get().expires_at - 7 * DAY)
    plan_reminders()
    assert rows() == [Kind.WEEK, Kind.WEEK]


def test_renewed_a_second_ago_is_seen_just_before_sending(clock, subscription):
    clock.to(subscription.expires_at - 3 * DAY)
    plan_reminders()
    reminder = Reminder.objects.get(kind=Kind.THREE_DAYS)
    buy(subscription.customer)
    assert still_due(reminder.pk) is None
    reminder.refresh_from_db()
    assert (reminder.status, reminder.note) == (Status.SKIPPED, Why.RENEWED)


def test_switched_off_is_seen_too_and_nothing_new_is_planned(clock, subscription):
    clock.to(subscription.expires_at - 3 * DAY)
    plan_reminders()
    reminder = Reminder.objects.get()
    switch_reminders(customer_id=subscription.customer_id, on=False)
    assert still_due(reminder.pk) is None
    clock.forward(2 * DAY)
    plan_reminders()
    assert rows(Status.SENT) == []
    reminder.refresh_from_db()
    assert reminder.note == Why.SWITCHED_OFF
    assert Reminder.objects.count() == 1


def test_of_the_end_itself_everybody_is_told_once(clock, subscription):
    switch_reminders(customer_id=subscription.customer_id, on=False)
    day_by_day(clock, days=36)
    assert rows(Status.SENT) == [Kind.ENDED]


def test_who_has_an_open_invoice_is_not_disturbed_until_it_lapses(clock, subscription):
    clock.to(subscription.expires_at - 3 * DAY)
    a_payment(customer=subscription.customer)
    assert plan_reminders() == 0
    clock.forward(timedelta(minutes=29))
    assert plan_reminders() == 1


def test_money_under_review_keeps_the_reminder_back(clock, subscription):
    a_payment_in_review(customer=subscription.customer)
    clock.to(subscription.expires_at - 3 * DAY)
    plan_reminders()
    assert Reminder.objects.get().note == Why.IN_REVIEW


def test_after_a_short_outage_it_comes_late_after_a_long_one_not_at_all(clock, subscription):
    clock.to(subscription.expires_at - 3 * DAY + timedelta(hours=9))
    plan_reminders()
    assert handed_over() == 1
    clock.to(
        subscription.expires_at - DAY + timedelta(hours=21)
    )  # nine in the morning of the last day
    plan_reminders()
    late = Reminder.objects.get(kind=Kind.DAY)
    assert (late.status, late.note) == (Status.SKIPPED, Why.LATE)
    assert rows(Status.PLANNED) == [Kind.THREE_DAYS, Kind.TODAY]
    assert handed_over() == 2


def test_what_was_handed_over_and_not_sent_for_half_a_day_is_given_up(clock, subscription):
    clock.to(subscription.expires_at - 7 * DAY)
    plan_reminders()
    reminder = Reminder.objects.get()
    clock.forward(timedelta(hours=21))
    assert still_due(reminder.pk) is None
    reminder.refresh_from_db()
    assert reminder.note == Why.LATE


def test_a_second_try_waits_for_the_morning(clock, subscription):
    clock.to(subscription.expires_at - 7 * DAY)
    plan_reminders()
    clock.forward(timedelta(hours=11))  # 23:00 in Moscow
    with pytest.raises(Asleep) as asleep:
        still_due(Reminder.objects.get().pk)
    assert 9.9 * 3600 < asleep.value.retry_after <= 10 * 3600 + 1


def test_nothing_is_handed_over_at_night(clock):
    clock.to(BOUGHT + timedelta(hours=14))  # two o'clock in the morning
    subscription = buy()
    clock.to(subscription.expires_at - 7 * DAY)
    assert plan_reminders() == 0
    clock.forward(timedelta(hours=7))
    assert plan_reminders() == 1


@pytest.fixture
def renewal(subscription, settings) -> AutoRenewal:
    settings.RENEWAL_NOTICE_HOURS = 0
    method = SavedMethod.objects.create(
        customer=subscription.customer, provider="yookassa", token="t", title="Visa ·· 4242"
    )
    plan = a_plan()
    renewal: AutoRenewal = AutoRenewal.objects.create(
        customer=subscription.customer,
        method=method,
        plan=plan,
        amount=plan.amount,
        currency=plan.currency,
    )
    return renewal


def test_who_renews_by_himself_is_told_of_the_charge_once(clock, subscription, renewal):
    day_by_day(clock, days=29)
    assert rows(Status.SENT) == [Kind.THREE_DAYS]
    skipped = Reminder.objects.filter(status=Status.SKIPPED)
    assert {row.note for row in skipped} == {Why.RENEWS_ITSELF}


def test_where_renewing_tells_of_the_charge_itself_it_is_not_told_twice(
    clock, subscription, renewal, settings
):
    settings.RENEWAL_NOTICE_HOURS = 24
    day_by_day(clock, days=29)
    assert rows(Status.SENT) == []


def test_the_notice_of_a_charge_can_be_switched_off(clock, subscription, renewal, settings):
    settings.REMIND_OF_CHARGES = False
    day_by_day(clock, days=29)
    assert rows(Status.SENT) == []


def test_after_a_charge_that_failed_he_is_reminded_like_everybody(clock, subscription, renewal):
    AutoRenewal.objects.update(attempts=1, period_end=subscription.expires_at)
    day_by_day(clock, days=36)
    assert rows(Status.SENT) == ALL


def test_a_method_that_was_revoked_renews_nothing(clock, subscription, renewal):
    SavedMethod.objects.update(revoked_at=now())
    day_by_day(clock, days=24)
    assert rows(Status.SENT) == [Kind.WEEK]


def test_the_owner_chooses_which_reminders_there_are(clock, subscription, settings):
    settings.REMINDERS = ["d3"]
    day_by_day(clock, days=36)
    assert rows(Status.SENT) == [Kind.THREE_DAYS]
    settings.REMINDERS = ["none"]
    assert plan_reminders() == 0


def test_a_batch_is_bounded_and_the_next_one_goes_on(clock):
    end = max(buy().expires_at for _ in range(5))
    clock.to(end - 7 * DAY)
    assert [plan_reminders(limit=2) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_every_row_once(clock):
    end = max(buy().expires_at for _ in range(10))
    clock.to(end - 7 * DAY)
    together = Barrier(4)

    def work(_number: int) -> int:
        connection.ensure_connection()
        together.wait()
        try:
            return plan_reminders()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as crowd:
        written = sum(crowd.map(work, range(4)))
    assert written == Reminder.objects.count() == handed_over() == 10


def test_a_letter_is_claimed_once(clock, subscription):
    row = Reminder.objects.create(
        subscription=subscription, ends_at=subscription.expires_at, kind=Kind.DAY
    )
    assert reminders.claim_for_mail(row.pk)
    assert not reminders.claim_for_mail(row.pk)
    reminders.release_from_mail(row.pk)
    assert reminders.claim_for_mail(row.pk)
    reminders.mark_sent(row.pk, Reminder.Channel.EMAIL)
    reminders.give_up(row.pk, Status.UNCLEAR, "")
    assert not reminders.claim_for_mail(row.pk)
    assert Reminder.objects.get().status == Status.SENT
