"""Reads for the bot and the pages: plain values, ready to show, one or two queries each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from integrations.clock import now
from payments.models import (
    Customer,
    DayEntry,
    Gift,
    MoneyEntry,
    Payment,
    Plan,
    Referral,
    Subscription,
)
from payments.money import Money
from payments.periods import Unit
from payments.provider import Method, PaymentProvider
from payments.registry import ready_providers


class AccessState(StrEnum):
    NONE = "none"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessView:
    """What a customer has: `days_left` counts begun days, `access_url` is empty until the panel gave one.

    `grace_until` is set where the paid term is over and access still works.
    """

    state: AccessState
    expires_at: datetime | None = None
    days_left: int = 0
    days_ago: int = 0
    access_url: str = ""
    grace_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOffer:
    plan_id: int
    code: str
    title: str
    amount: Decimal
    currency: str
    saving_percent: int
    audience: str = Plan.Audience.CUSTOMERS


@dataclass(frozen=True, slots=True, kw_only=True)
class WayToPay:
    """`price` is set where a way is sold in another currency than the plan's own."""

    provider: str
    method: Method
    price: Money | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralNumbers:
    invite_code: str
    invited: int
    paid: int
    days_received: int


def customer_by_telegram(telegram_id: int) -> Customer | None:
    return Customer.objects.filter(telegram_id=telegram_id).first()


def access_of(customer_id: int) -> AccessView:
    subscriptions = Subscription.objects.select_related("customer")
    subscription = subscriptions.filter(customer_id=customer_id).first()
    if subscription is None:
        return AccessView(state=AccessState.NONE)
    left = subscription.expires_at - now()
    if left.total_seconds() > 0:
        return AccessView(
            state=AccessState.ACTIVE,
            expires_at=subscription.expires_at,
            days_left=left.days + (1 if left.seconds else 0),
            access_url=subscription.access_url,
        )
    if subscription.in_grace:
        return AccessView(
            state=AccessState.ACTIVE,
            expires_at=subscription.expires_at,
            access_url=subscription.access_url,
            grace_until=subscription.access_ends_at,
        )
    return AccessView(
        state=AccessState.EXPIRED,
        expires_at=subscription.expires_at,
        days_ago=(-left).days,
        access_url=subscription.access_url,
    )


def plans_on_sale(language: str, audience: str = Plan.Audience.CUSTOMERS) -> list[PlanOffer]:
    """This audience's plans in staff's order; the saving is against the dearest price of a day among them."""
    plans = list(Plan.objects.filter(is_active=True, audience=audience))
    dearest = max((_price_of_day(plan) for plan in plans), default=Decimal(0))
    return [_offer(plan, language, dearest) for plan in plans]


def plan_offer(
    plan_id: int, language: str, audience: str = Plan.Audience.CUSTOMERS
) -> PlanOffer | None:
    """One plan that is on sale to this audience."""
    offers = plans_on_sale(language, audience)
    return next((offer for offer in offers if offer.plan_id == plan_id), None)


def last_offer(customer: Customer) -> PlanOffer | None:
    """The plan this customer paid for last, as it is sold today; None where it no longer is."""
    paid = Payment.objects.filter(customer=customer, paid_at__isnull=False)
    last = paid.exclude(purpose=Payment.Purpose.GIFT).order_by("-paid_at").first()
    if last is None:
        return None
    return plan_offer(last.plan_id, customer.language, customer.audience)


def ways_to_pay(currency: str, audience: str = Plan.Audience.CUSTOMERS) -> list[WayToPay]:
    """Every method of every provider whose credentials are complete and who serves this audience, in the owner's
    order."""
    return [
        WayToPay(provider=provider.slug, method=method)
        for provider in ready_providers()
        if currency in provider.currencies and serves(provider, audience)
        for method in provider.methods
    ]


def serves(provider: PaymentProvider, audience: str) -> bool:
    """Whether this audience may pay by it: partners by those the owner names, customers by all but companies' own."""
    if audience == Plan.Audience.PARTNERS:
        return provider.slug in settings.PARTNER_PAYMENT_PROVIDERS
    return not provider.for_companies_only


def payment_of(*, payment_id: int, customer_id: int) -> Payment | None:
    """A customer's own payment, with everything its screen shows."""
    return (
        Payment.objects.select_related("customer__subscription", "plan", "pay_link", "promo_code")
        .filter(pk=payment_id, customer_id=customer_id)
        .first()
    )


def gift(gift_id: int) -> Gift:
    """A gift with its payment, its payer and its plan."""
    return Gift.objects.select_related("payment__customer", "payment__plan").get(pk=gift_id)


def waiting_gifts(customer_id: int, *, limit: int = 5) -> QuerySet[Gift]:
    """Gifts a customer paid for that nobody has taken yet, newest first."""
    return Gift.objects.filter(payment__customer_id=customer_id, status=Gift.Status.WAITING)[:limit]


def has_gift(payment: Payment) -> bool:
    """Whether a payment has bought a gift, whatever has become of it."""
    return payment.purpose == Payment.Purpose.GIFT and Gift.objects.filter(payment=payment).exists()


def gift_by_token(token: str) -> Gift | None:
    """The gift behind a claim link; None for an invented one."""
    gifts = Gift.objects.select_related("payment__customer", "payment__plan")
    return gifts.filter(token=token).first()


def gift_of(*, payment_id: int) -> Gift:
    """The same by its payment. Raises Gift.DoesNotExist where the payment bought none."""
    return Gift.objects.select_related("payment__customer", "payment__plan").get(
        payment_id=payment_id
    )


def day_entry(entry_id: int) -> DayEntry:
    """A day entry with its owner."""
    return DayEntry.objects.select_related("subscription__customer").get(pk=entry_id)


def recent_payments(customer_id: int, *, limit: int = 10) -> QuerySet[Payment]:
    return Payment.objects.filter(customer_id=customer_id).select_related("plan")[:limit]


def open_payment_of(customer_id: int) -> Payment | None:
    """The newest invoice the customer can still pay."""
    return (
        Payment.objects.filter(
            customer_id=customer_id, status=Payment.Status.PENDING, invoice_expires_at__gt=now()
        )
        .select_related("plan")
        .first()
    )


def given_back(payment: Payment) -> Money:
    """What went back of a payment: of what it brought, or of what waited and never paid for anything."""
    back = payment.money_entries.filter(kind__in=[MoneyEntry.Kind.REFUND, MoneyEntry.Kind.RETURN])
    sums = back.order_by("currency").values("currency").annotate(total=Sum("amount"))
    row = sums.first()
    return Money(row["total"], row["currency"]) if row else payment.money


def paid_for_something(payment: Payment) -> bool:
    """Whether its money ever bought what it was for."""
    income = (MoneyEntry.Kind.CAPTURE, MoneyEntry.Kind.RELEASE)
    return payment.money_entries.filter(kind__in=income).exists()


def referral_numbers(customer: Customer) -> ReferralNumbers:
    rewarded = Q(status=Referral.Status.REWARDED)
    counts = customer.referrals.aggregate(invited=Count("pk"), paid=Count("pk", filter=rewarded))
    seconds = DayEntry.objects.filter(
        referral__inviter=customer,
        subscription__customer=customer,
    ).aggregate(total=Sum("seconds"))["total"]
    return ReferralNumbers(
        invite_code=customer.invite_code,
        invited=counts["invited"],
        paid=counts["paid"],
        days_received=(seconds or 0) // 86400,
    )


def referral_days() -> int:
    return int(settings.REFERRAL_DAYS)


def _price_of_day(plan: Plan) -> Decimal:
    days = plan.length * (30 if plan.unit == Unit.MONTH else 1)
    return plan.amount / days


def _offer(plan: Plan, language: str, dearest: Decimal) -> PlanOffer:
    saving = 0 if not dearest else int((1 - _price_of_day(plan) / dearest) * 100)
    return PlanOffer(
        plan_id=plan.pk,
        code=plan.code,
        title=plan.title(language),
        amount=plan.amount,
        currency=plan.currency,
        saving_percent=saving,
        audience=plan.audience,
    )
