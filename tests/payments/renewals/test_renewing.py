"""From the consent to the charge: who is charged, when, and how often."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payments.models import AutoRenewal, MoneyEntry, Payment, Reminder, SavedMethod
from payments.money import Money
from payments.provider import EventKind, MethodKept
from payments.services import renewals
from payments.services.renewal_runs import renew_due
from tests import factories
from tests.payments.events import send
from tests.payments.renewals.conftest import TOKEN, attempts, days, told

pytestmark = pytest.mark.django_db
Reason = renewals.Reason


# --- the consent


def test_a_purchase_with_consent_keeps_the_card_and_switches_renewing_on(renewal):
    assert renewal.is_on
    assert (renewal.method.token, renewal.method.title) == (TOKEN, "Visa ·· 4242")
    assert Money(renewal.amount, renewal.currency) == Money(Decimal("199.00"), "RUB")
    assert told("renewal.on") == 1


@pytest.mark.parametrize(
    ("agreed", "kept"),
    [(False, MethodKept(token=TOKEN, title="Visa")), (True, None)],
    ids=["no consent", "nothing kept"],
)
def test_without_consent_or_without_a_kept_card_nothing_is_on(db, agreed, kept):
    payment = factories.a_payment(provider="yookassa", save_method=agreed)
    send(payment, EventKind.PAID, method_kept=kept)
    assert payment.status == Payment.Status.PAID
    assert not SavedMethod.objects.exists()
    assert not AutoRenewal.objects.exists()


def test_a_discount_of_the_first_purchase_is_not_the_price_agreed_to(bought):
    renewal = bought(amount=Decimal("199.00"), discount=Decimal("100.00"))
    assert renewal.amount == Decimal("299.00")


def test_the_same_card_again_is_one_card_and_one_renewal(bought, renewal):
    again = bought(customer=renewal.customer)
    assert again.pk == renewal.pk
    assert SavedMethod.objects.count() == 1


# --- the charge


def test_a_day_before_the_end_the_card_is_charged_once_and_the_term_grows(renewal, bank, clock):
    clock.forward(days=28, hours=23)
    assert renew_due() == 0
    clock.forward(hours=1, minutes=1)
    assert renew_due() == 1
    for _ in range(3):
        renew_due()
    assert attempts(renewal) == ["paid"]
    assert sum(bank.taken.values()) == 1
    assert days(renewal) == 60
    assert MoneyEntry.objects.count() == 2
    [request] = bank.asked
    assert (request.token, request.money) == (TOKEN, Money(Decimal("199.00"), "RUB"))


def test_year_after_year_each_term_is_charged_once(renewal, bank, clock):
    for _ in range(12):
        clock.forward(days=30)
        renew_due()
        renew_due()
    assert attempts(renewal) == ["paid"] * 12
    assert set(bank.taken.values()) == {1}
    assert days(renewal) == 13 * 30


def test_the_customer_is_told_once_before_each_charge(renewal, clock):
    assert told("renewal.upcoming") == 0
    clock.forward(days=28, minutes=1)
    for _ in range(3):
        renew_due()
    assert told("renewal.upcoming") == 1
    clock.forward(days=1)
    renew_due()
    clock.forward(days=29)
    renew_due()
    assert told("renewal.upcoming") == 2


def test_who_was_reminded_of_the_charge_is_not_told_again(renewal, clock):
    subscription = renewal.customer.subscription
    Reminder.objects.create(
        subscription=subscription,
        ends_at=subscription.expires_at,
        kind=Reminder.Kind.THREE_DAYS,
        status=Reminder.Status.SENT,
    )
    clock.forward(days=28, minutes=1)
    renew_due()
    assert told("renewal.upcoming") == 0
    clock.forward(days=1)
    renew_due()
    assert attempts(renewal) == ["paid"]


def test_the_notice_can_be_switched_off(settings, bought, clock):
    settings.RENEWAL_NOTICE_HOURS = 0
    renewal = bought()
    clock.forward(days=29, minutes=1)
    renew_due()
    assert (attempts(renewal), told("renewal.upcoming")) == (["paid"], 0)


# --- a charge that fails


def test_a_declined_charge_is_repeated_on_plan_and_then_given_up(renewal, bank, clock):
    bank.plan = ["declined"] * 9
    clock.forward(days=29, minutes=1)
    for number in range(1, 5):
        renew_due()
        renew_due()
        assert attempts(renewal) == ["failed"] * number
        clock.forward(hours=23, minutes=50)
        renew_due()
        assert attempts(renewal) == ["failed"] * number
        clock.forward(minutes=15)
    renew_due()
    renewal.refresh_from_db()
    assert attempts(renewal) == ["failed"] * 4
    assert (renewal.is_on, renewal.disabled_reason) == (False, Reason.DECLINED.value)
    assert renewal.last_error == "insufficient_funds"
    assert (told("renewal.declined"), told("renewal.off")) == (1, 1)
    assert bank.taken == {}


def test_the_second_try_may_succeed(renewal, bank, clock):
    bank.plan = ["declined"]
    clock.forward(days=29, minutes=1)
    renew_due()
    clock.forward(days=1, minutes=1)
    renew_due()
    renewal.refresh_from_db()
    assert attempts(renewal) == ["failed", "paid"]
    assert (renewal.is_on, renewal.attempts, renewal.last_error) == (True, 0, "")
    assert days(renewal) == 60


def test_a_refused_charge_counts_as_a_failed_one(renewal, bank, clock):
    bank.plan = ["refused"]
    clock.forward(days=29, minutes=1)
    renew_due()
    assert attempts(renewal) == ["failed"]


def test_our_own_wrong_credentials_are_no_failure_of_the_card(renewal, bank, clock):
    bank.plan = ["ours"]
    clock.forward(days=29, minutes=1)
    renew_due()
    assert attempts(renewal) == ["created"]
    renew_due()
    assert attempts(renewal) == ["paid"]


def test_a_revoked_card_is_wiped_and_never_tried_again(renewal, bank, clock):
    bank.plan = ["revoked"]
    clock.forward(days=29, minutes=1)
    renew_due()
    renewal.refresh_from_db()
    assert (attempts(renewal), renewal.is_on) == (["failed"], False)
    assert renewal.disabled_reason == Reason.REVOKED.value
    assert renewal.method.revoked_at is not None
    assert TOKEN not in renewal.method.token
    clock.forward(days=1)
    renew_due()
    assert len(bank.asked) == 1


def test_a_card_revoked_by_a_later_call_is_wiped_too(renewal, bank, clock):
    bank.plan = ["pending"]
    clock.forward(days=29, minutes=1)
    renew_due()
    payment = Payment.objects.get(renewal_key__isnull=False)
    send(payment, EventKind.FAILED, method_revoked=True, reason="permission_revoked")
    renewal.refresh_from_db()
    assert (renewal.is_on, renewal.method.revoked_reason) == (False, "permission_revoked")


def test_a_pending_charge_is_waited_for_and_settled_by_its_call(renewal, bank, clock):
    bank.plan = ["pending"]
    clock.forward(days=29, minutes=1)
    renew_due()
    clock.forward(hours=7)
    renew_due()
    assert attempts(renewal) == ["pending"]
    send(Payment.objects.get(renewal_key__isnull=False), EventKind.PAID)
    assert days(renewal) == 60
    clock.forward(hours=7)
    renew_due()
    assert attempts(renewal) == ["paid"]
