"""What a purchase costs a customer at this moment: the only place where prices are reduced and rounded.

A reduced price is a whole number of currency units, rounded half up, and at least 1: some providers take whole roubles
only. A price that nothing reduces is asked as staff wrote it. A credit for a replaced purchase is rounded down to whole
units before it is taken off; a promo code does not make a plan change cheaper.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from payments.models import Payment, Plan, PromoUse
from payments.money import Money
from payments.services import plan_change, promotions

ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """`full` is the plan's price, `amount` what is asked for; what makes the difference is named beside them."""

    full: Money
    amount: Decimal
    use: PromoUse | None = None
    replaces: Payment | None = None
    rest_seconds: int = 0

    @property
    def discount(self) -> Decimal:
        return self.full.amount - self.amount


def reduced(price: Decimal, by: Decimal) -> Decimal:
    """A price less a discount, by the rule above; never more than the price itself."""
    if by <= 0:
        return price
    return min(price, max(ONE, (price - by).quantize(ONE, rounding=ROUND_HALF_UP)))


def price_in(plan: Plan, currencies: Collection[str]) -> Money | None:
    """A plan's full price for a provider that takes these currencies; None where it is not sold in any of them."""
    if plan.currency in currencies:
        return plan.money
    other = plan.prices.filter(currency__in=currencies).order_by("currency").first()
    return other.money if other else None


def quote(
    *, customer_id: int, plan: Plan, purpose: Payment.Purpose, price: Money | None = None
) -> Quote | None:
    """What this customer pays for a plan now; `price` where it is sold in another currency than its own.

    None where a change to this plan is not offered to him.
    """
    full = price or plan.money
    if purpose == Payment.Purpose.CHANGE:
        credit = plan_change.credit_for(customer_id=customer_id, plan=plan, price=full)
        if credit is None:
            return None
        return Quote(
            full=full,
            amount=reduced(full.amount, credit.amount),
            replaces=credit.replaced,
            rest_seconds=credit.rest_seconds,
        )
    use = promotions.applicable(customer_id=customer_id, plan=plan, price=full)
    if use is None:
        return Quote(full=full, amount=full.amount)
    return Quote(
        full=full, amount=reduced(full.amount, promotions.reduction(use.code, full)), use=use
    )
