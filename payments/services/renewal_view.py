"""What there is to show about renewing without the customer. Reads only; no token ever leaves here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from payments.models import (
    AutoRenewal,
    Customer,
    Payment,
    Plan,
    ProviderSubscription,
    Subscription,
)
from payments.selectors import WayToPay
from payments.services.provider_subscriptions import CHARGING
from payments.services.renewals import charge_moment, price_now
from payments.services.saved_methods import charging_providers


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalView:
    """`amount` is what was agreed, `price` what the plan costs today; `card` and `method_id` are empty without one."""

    is_on: bool
    by_provider: bool
    plan_id: int
    plan: str
    card: str
    method_id: int | None
    amount: Decimal
    currency: str
    price: Decimal | None
    charge_at: datetime | None
    failing: bool
    can_switch_on: bool


def renewal_of(customer_id: int) -> RenewalView | None:
    """None where the customer never agreed to any."""
    ends = Subscription.objects.filter(customer_id=customer_id)
    end = ends.values_list("expires_at", flat=True).first()
    charge_at = charge_moment(end) if end else None
    renewal = (
        AutoRenewal.objects.select_related("method", "plan", "customer")
        .filter(customer_id=customer_id)
        .first()
    )
    running = (
        ProviderSubscription.objects.select_related("plan", "customer")
        .filter(customer_id=customer_id, status__in=CHARGING)
        .first()
    )
    card, method_id = "", None
    if renewal is not None and renewal.method.revoked_at is None:
        card, method_id = renewal.method.title, renewal.method.pk
    if running is not None:
        return RenewalView(
            is_on=True,
            by_provider=True,
            plan_id=running.plan.pk,
            plan=running.plan.title(running.customer.language),
            card=card,
            method_id=method_id,
            amount=running.amount,
            currency=running.currency,
            price=running.amount,
            charge_at=charge_at,
            failing=running.status == ProviderSubscription.Status.PAST_DUE,
            can_switch_on=False,
        )
    if renewal is None:
        return None
    price = price_now(renewal.plan, renewal.currency)
    failing = renewal.is_on and renewal.attempts > 0
    return RenewalView(
        is_on=renewal.is_on,
        by_provider=False,
        plan_id=renewal.plan.pk,
        plan=renewal.plan.title(renewal.customer.language),
        card=card,
        method_id=method_id,
        amount=renewal.amount,
        currency=renewal.currency,
        price=price,
        charge_at=renewal.next_try_at if failing else charge_at,
        failing=failing and bool(renewal.last_error),
        can_switch_on=bool(
            not renewal.is_on and method_id and renewal.plan.is_active and price is not None
        ),
    )


def customer_of_renewal(renewal_id: int) -> Customer:
    return AutoRenewal.objects.select_related("customer").get(pk=renewal_id).customer


def payment_with_customer(payment_id: int) -> Payment:
    return Payment.objects.select_related("customer", "plan").get(pk=payment_id)


def provider_subscription(subscription_id: int) -> ProviderSubscription:
    rows = ProviderSubscription.objects.select_related("customer", "plan")
    return rows.get(pk=subscription_id)


def ways_that_renew(customer_id: int, plan_id: int, ways: list[WayToPay]) -> list[WayToPay]:
    """Ways of paying for a plan that may be charged again; none where the customer's renewal is on already."""
    plan = Plan.objects.get(pk=plan_id)
    able = charging_providers(length=plan.length, unit=plan.unit)
    mine = [way for way in ways if way.provider in able]
    if not mine:
        return []
    renewal = renewal_of(customer_id)
    return [] if renewal is not None and renewal.is_on else mine
