"""What a partner pays for: which tier runs, what can be bought, where it is paid.

TERM    the tier that was bought last goes on: the new term begins where the present one ends, or now
CHANGE  another tier while a paid one runs, at its price less the unused value of the last purchase; at once
        A cheaper tier, whose price that value would cover, is no change: nothing is given back for it. It is sold as a
        TERM, and begins when what was paid for has been used up.

Time is lived in the order it was given, so the tier that runs is the one of the purchase whose days cover now. Days
that staff gave by hand go on with the tier of the purchase before them; without one they buy no tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from partners.models import Partner, Tier
from partners.services.accounts import ensure_account
from payments.errors import NotForSale
from payments.models import DayEntry, Payment, Plan
from payments.money import Money
from payments.services import days
from payments.services.effects import purchase_effect
from payments.services.pay_pages import new_page, page_url
from payments.services.provider_subscriptions import stop_renewing
from payments.services.renewal_view import RenewalView, renewal_of
from payments.services.renewals import Reason, switch_on_again

Purpose = Payment.Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan as it can be bought now. `price` is what is asked for; `full` what the plan costs without the credit."""

    tier: Tier
    plan: Plan
    price: Money
    full: Money
    purpose: Payment.Purpose
    starts_at: datetime
    ends_at: datetime
    is_present: bool  # the tier that runs now


def free_tier() -> Tier:
    """The tier every partner has without paying. Raises Tier.DoesNotExist where the lists were never loaded."""
    return Tier.objects.filter(monthly=None, yearly=None).order_by("position", "pk")[:1].get()


def tier_of(partner: Partner, at: datetime | None = None) -> Tier:
    """The tier that runs, now or `at` another moment."""
    if partner.account_id is None:
        return free_tier()
    running = days.time_left(partner.account_id, at=at)
    return (_tier_behind(running[-1][0]) if running else None) or free_tier()


def paid_until(partner: Partner) -> datetime | None:
    """The end of what was paid for; None where nothing runs."""
    if partner.account_id is None:
        return None
    running = days.time_left(partner.account_id)
    return running[0][0].subscription.expires_at if running else None


def offers_for(partner: Partner) -> list[Offer]:
    """Everything this partner can buy now, in the owner's order, the month before the year."""
    account = ensure_account(partner)
    present, last = tier_of(partner), _tier_bought_last(partner)
    tiers = Tier.objects.filter(is_active=True).select_related("monthly", "yearly")
    found = [
        _offer(account.pk, partner.language, tier, plan, present=present, last=last)
        for tier in tiers
        for plan in (tier.monthly, tier.yearly)
        if plan is not None
    ]
    return [offer for offer in found if offer is not None]


def offer_of(partner: Partner, plan: Plan) -> Offer:
    """One of them. Raises NotForSale."""
    for offer in offers_for(partner):
        if offer.plan.pk == plan.pk:
            return offer
    raise NotForSale(f"plan {plan.pk} for partner {partner.pk}")


def pay_page(partner: Partner, plan: Plan, *, staff: AbstractBaseUser | None = None) -> str:
    """The secret address of a page where this partner pays for this plan. Raises NotForSale."""
    offer = offer_of(partner, plan)
    account = ensure_account(partner)
    page = new_page(customer_id=account.pk, plan_id=plan.pk, purpose=offer.purpose, staff=staff)
    return page_url(page)


def renewal(partner: Partner) -> RenewalView | None:
    """What was agreed about charging without the partner; None where nothing ever was."""
    return renewal_of(partner.account_id) if partner.account_id else None


def stop_renewal(partner: Partner) -> bool:
    """Charge nothing more; False where nothing was on."""
    if partner.account_id is None:
        return False
    return stop_renewing(customer_id=partner.account_id, reason=Reason.CUSTOMER)


def start_renewal(partner: Partner, *, shown: Money) -> bool:
    """Charge again with the card that is kept, at the price the partner was shown; False where that is not possible."""
    if partner.account_id is None:
        return False
    return switch_on_again(customer_id=partner.account_id, shown_amount=shown.amount)


def _offer(
    account_id: int, language: str, tier: Tier, plan: Plan, *, present: Tier, last: Tier | None
) -> Offer | None:
    another = last is not None and last.pk != tier.pk
    purposes = (Purpose.CHANGE, Purpose.TERM) if another else (Purpose.TERM,)
    effects = (
        purchase_effect(customer_id=account_id, plan_id=plan.pk, language=language, purpose=purpose)
        for purpose in purposes
    )
    effect = next((one for one in effects if one is not None), None)
    if effect is None:
        return None
    return Offer(
        tier=tier,
        plan=plan,
        price=Money(effect.amount, effect.currency),
        full=effect.quote.full,
        purpose=effect.purpose,
        starts_at=effect.starts_at,
        ends_at=effect.ends_at,
        is_present=tier.pk == present.pk,
    )


def _tier_bought_last(partner: Partner) -> Tier | None:
    """The tier of the newest purchase that still has time to run: the one a change would replace."""
    running = days.time_left(partner.account_id) if partner.account_id else []
    return _tier_behind(running[0][0]) if running else None


def _tier_behind(entry: DayEntry) -> Tier | None:
    """The tier a grant of days belongs to."""
    payment = entry.payment
    if payment is None:
        before = entry.subscription.day_entries.filter(
            pk__lt=entry.pk, kind=DayEntry.Kind.PURCHASE, payment__isnull=False
        )
        last = before.order_by("-pk").select_related("payment").first()
        payment = last.payment if last else None
    if payment is None:
        return None
    sold = Tier.objects.filter(monthly=payment.plan_id) | Tier.objects.filter(
        yearly=payment.plan_id
    )
    return sold.first()
