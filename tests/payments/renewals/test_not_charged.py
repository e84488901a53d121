"""Whom a renewal must not charge, whatever was agreed once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payments.models import AutoRenewal, Plan
from payments.money import Money
from payments.services import provider_subscriptions, renewals
from payments.services.renewal_runs import renew_due
from tests import factories
from tests.payments.renewals.conftest import attempts, told

pytestmark = pytest.mark.django_db
Reason = renewals.Reason


def stopped(renewal: AutoRenewal) -> None:
    provider_subscriptions.stop_renewing(customer_id=renewal.customer_id, reason=Reason.CUSTOMER)


def dearer(_renewal: AutoRenewal) -> None:
    Plan.objects.update(amount="249.00")


def archived(_renewal: AutoRenewal) -> None:
    Plan.objects.update(is_active=False)


def card_removed(renewal: AutoRenewal) -> None:
    assert renewals.remove_method(method_id=renewal.method_id, customer_id=renewal.customer_id)


def renewed_by_hand(renewal: AutoRenewal) -> None:
    factories.a_paid_payment(customer=renewal.customer)


def served_by_the_provider(renewal: AutoRenewal) -> None:
    renewal.customer.provider_subscriptions.create(
        provider="cloudpayments", external_id="sc_1", plan=renewal.plan, amount=199, currency="RUB"
    )


def refunded(renewal: AutoRenewal) -> None:
    provider_subscriptions.stop_after_refund(payment_id=renewal.customer.payments.get().pk)


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        (stopped, Reason.CUSTOMER),
        (dearer, Reason.PRICE),
        (archived, Reason.ARCHIVED),
        (card_removed, Reason.REMOVED),
        (renewed_by_hand, None),
        (served_by_the_provider, None),
        (refunded, Reason.REFUND),
    ],
)
def test_nobody_is_charged_who_must_not_be(renewal, bank, clock, happened, reason):
    happened(renewal)
    clock.forward(days=29, minutes=1)
    renew_due()
    renewal.refresh_from_db()
    assert (attempts(renewal), bank.asked) == ([], [])
    assert renewal.is_on == (reason is None)
    assert renewal.disabled_reason == (reason.value if reason else "")
    assert told("renewal.off") == (reason not in {None, *renewals.SILENT})


def test_a_lower_price_is_what_is_charged(renewal, bank, clock):
    Plan.objects.update(amount="149.00")
    clock.forward(days=29, minutes=1)
    renew_due()
    assert bank.asked[0].money == Money(Decimal("149.00"), "RUB")


def test_a_dearer_plan_is_charged_only_after_a_new_consent_to_that_price(renewal, bank, clock):
    dearer(renewal)
    clock.forward(days=29, minutes=1)
    renew_due()
    customer_id = renewal.customer_id
    agree = renewals.switch_on_again
    assert not agree(customer_id=customer_id, shown_amount=Decimal("199.00"))
    assert agree(customer_id=customer_id, shown_amount=Decimal("249.00"))
    renew_due()
    assert bank.asked[0].money == Money(Decimal("249.00"), "RUB")


def test_a_term_that_ended_long_ago_is_not_charged_for(renewal, bank, clock):
    clock.forward(days=40)
    renew_due()
    renewal.refresh_from_db()
    assert (bank.asked, renewal.disabled_reason) == ([], Reason.LATE.value)


def test_a_shortened_term_is_charged_for_in_time(renewal, bank, clock):
    subscription = renewal.customer.subscription
    with_less = subscription.expires_at - (subscription.expires_at - subscription.created_at) / 2
    type(subscription).objects.update(expires_at=with_less)
    clock.forward(days=14, minutes=1)
    renew_due()
    assert attempts(renewal) == ["paid"]


def test_somebody_elses_card_cannot_be_removed(renewal):
    other = factories.a_customer()
    assert not renewals.remove_method(method_id=renewal.method_id, customer_id=other.pk)
    renewal.refresh_from_db()
    assert renewal.is_on
