"""What a payment buys, given and taken back. Only days and gifts move here; the money is booked by `settlement`.

TERM    days to the payer
GIFT    a link that anybody may claim; the payer gets no days, whoever invited him is rewarded all the same
CHANGE  the rest of an earlier purchase goes, the whole new term comes (`plan_change` has the rules)
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from integrations.clock import now
from integrations.services import outbox
from payments.models import Payment, Referral
from payments.services import days, gifts, plan_swap, promotions

Purpose = Payment.Purpose


def deliver(payment: Payment) -> None:
    """Give what was paid for and reward the inviter. The customers are locked by the caller."""
    # What staff gave in advance is replaced by what the money buys, so that nobody gets the term twice.
    for entry in days.standing(payment):
        taken = days.take_back(entry, reason=_("деньги пришли"))
        if payment.purpose == Purpose.GIFT:
            days.announce(taken)
    if payment.purpose == Purpose.GIFT:
        gifts.create(payment)
    elif payment.purpose == Purpose.CHANGE:
        plan_swap.swap(payment)
    else:
        days.grant_purchase(payment)
    promotions.mark_used(payment)
    reward_inviter(payment)


def undo(payment: Payment) -> None:
    """Take everything back that was given for a payment and, with it, the inviter's bonus.

    The customers are locked by the caller, whoever claimed a gift included; the payment is already REFUNDED.
    """
    if payment.purpose == Purpose.GIFT:
        gifts.revoke(payment)
    for entry in days.standing(payment):
        days.announce(days.take_back(entry, reason=_("деньги возвращены")))
        if entry.referral is not None:
            Referral.objects.filter(pk=entry.referral.pk).update(status=Referral.Status.REVOKED)
    plan_swap.undo(payment)


def reward_inviter(payment: Payment) -> None:
    """The bonus for a friend's first paid payment, once per friend."""
    referral = (
        Referral.objects.select_for_update()
        .filter(friend=payment.customer, status=Referral.Status.INVITED)
        .select_related("inviter")
        .first()
    )
    if referral is None or settings.REFERRAL_DAYS <= 0:
        return
    entry = days.grant_referral(referral, payment=payment, days=settings.REFERRAL_DAYS)
    days.announce(entry)
    referral.status = Referral.Status.REWARDED
    referral.rewarded_at = now()
    referral.save(update_fields=["status", "rewarded_at"])
    outbox.publish(
        "referral.rewarded",
        {"referral_id": referral.pk},
        key=f"referral:{referral.pk}",
        case=f"customer:{referral.inviter_id}",
    )
