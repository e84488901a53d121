"""What a purchase would change, worked out by the rules that sell it: what is shown before the customer pays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from integrations.clock import now
from payments import selectors
from payments.models import Customer, Payment, Plan, PlanPrice, Subscription
from payments.money import Money
from payments.periods import Unit, add_period
from payments.selectors import PlanOffer, WayToPay
from payments.services.pricing import Quote, quote

Purpose = Payment.Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseEffect:
    """What buying a plan would change: `starts_at` is the present end of a running term, or now.

    `amount` is what is asked for; where it is less than the plan's price, `quote` says why.
    """

    offer: PlanOffer
    purpose: Payment.Purpose
    quote: Quote
    is_renewal: bool
    starts_at: datetime
    ends_at: datetime
    days: int

    @property
    def amount(self) -> Decimal:
        return self.quote.amount

    @property
    def currency(self) -> str:
        return self.quote.full.currency

    @property
    def code(self) -> str:
        """The promo code that makes it cheaper."""
        return self.quote.use.code.code if self.quote.use else ""

    @property
    def rest_days(self) -> int:
        """Days of the replaced purchase that are given up, begun ones counted."""
        return -(-self.quote.rest_seconds // 86400)


def purchase_effect(
    *,
    customer_id: int,
    plan_id: int,
    language: str,
    purpose: Payment.Purpose = Purpose.TERM,
) -> PurchaseEffect | None:
    """None where the plan is no longer sold, or not this way to this customer."""
    audience = audience_of(customer_id)
    offer = selectors.plan_offer(plan_id, language, audience)
    if offer is None or not is_sold_as(purpose, audience):
        return None
    plan = Plan.objects.get(pk=plan_id)
    price = quote(customer_id=customer_id, plan=plan, purpose=purpose)
    if price is None:
        return None
    start, is_renewal = _start(customer_id, purpose, price)
    end = add_period(start, length=plan.length, unit=Unit(plan.unit))
    return PurchaseEffect(
        offer=offer,
        purpose=purpose,
        quote=price,
        is_renewal=is_renewal,
        starts_at=start,
        ends_at=end,
        days=(end - start).days,
    )


def audience_of(customer_id: int) -> Plan.Audience:
    return Customer.objects.get(pk=customer_id).audience


def is_sold_as(purpose: Payment.Purpose, audience: str) -> bool:
    """A company gives no presents: a gift is claimed in the bot."""
    return purpose != Purpose.GIFT or audience == Plan.Audience.CUSTOMERS


def _start(customer_id: int, purpose: Payment.Purpose, price: Quote) -> tuple[datetime, bool]:
    """From when the term would run, and whether it goes on from one that runs."""
    moment = now()
    if purpose == Purpose.GIFT:
        return moment, False
    current = (
        Subscription.objects.filter(customer_id=customer_id, expires_at__gt=moment)
        .values_list("expires_at", flat=True)
        .first()
    )
    if current is None:
        return moment, False
    return max(moment, current - timedelta(seconds=price.rest_seconds)), True


def changes_offered(*, customer_id: int, language: str) -> list[PurchaseEffect]:
    """Every plan this customer can change to now, with what it would cost him."""
    found = [
        purchase_effect(
            customer_id=customer_id,
            plan_id=offer.plan_id,
            language=language,
            purpose=Purpose.CHANGE,
        )
        for offer in selectors.plans_on_sale(language, audience_of(customer_id))
    ]
    return [effect for effect in found if effect is not None]


def ways_for(effect: PurchaseEffect, *, customer_id: int) -> list[WayToPay]:
    """Every way to pay for a purchase: at its price, and at its price in other currencies it is sold in."""
    audience = effect.offer.audience
    ways = selectors.ways_to_pay(effect.currency, audience)
    prices = PlanPrice.objects.filter(plan_id=effect.offer.plan_id).exclude(
        currency=effect.currency
    )
    for other in prices.select_related("plan"):
        found = quote(
            customer_id=customer_id, plan=other.plan, purpose=effect.purpose, price=other.money
        )
        if found is not None:
            price = Money(found.amount, other.currency)
            others = selectors.ways_to_pay(other.currency, audience)
            ways += [replace(way, price=price) for way in others]
    return ways
