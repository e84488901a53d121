"""What a paid payment does to the ledgers, inside the transaction that marks it paid."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from integrations.clock import now
from integrations.services import outbox
from payments.models import MoneyEntry, Payment, Referral
from payments.services import days


def settle_paid(payment: Payment) -> None:
    """Book the money, give the days, reward the inviter, announce it. The customers are locked by the caller."""
    Account = MoneyEntry.Account
    MoneyEntry.objects.create(
        payment=payment,
        key=f"capture:{payment.pk}",
        kind=MoneyEntry.Kind.CAPTURE,
        debit=Account.CLEARING,
        credit=Account.REVENUE,
        amount=payment.amount,
        currency=payment.currency,
    )
    # What staff gave in advance is replaced by what the money buys, so that nobody gets the term twice.
    for entry in days.standing(payment):
        days.take_back(entry, reason="the money has arrived")
    days.grant_purchase(payment)
    reward_inviter(payment)
    outbox.publish(
        "payment.paid",
        {"payment_id": payment.pk},
        key=f"paid:{payment.pk}",
        case=payment.case,
    )


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


def refund_left(payment: Payment) -> Decimal:
    """How much of a paid payment has not been given back yet."""
    refunds = payment.money_entries.filter(kind=MoneyEntry.Kind.REFUND)
    given_back: Decimal = refunds.aggregate(total=Sum("amount", default=Decimal(0)))["total"]
    return payment.amount - given_back


def settle_refund(payment: Payment, amount: Decimal) -> None:
    """Book money that went back. With the last of it the days go too and, with them, the inviter's bonus."""
    Account = MoneyEntry.Account
    whole = amount == refund_left(payment)
    number = payment.money_entries.filter(kind=MoneyEntry.Kind.REFUND).count() + 1
    MoneyEntry.objects.create(
        payment=payment,
        key=f"refund:{payment.pk}:{number}",
        kind=MoneyEntry.Kind.REFUND,
        debit=Account.REFUNDS,
        credit=Account.CLEARING,
        amount=amount,
        currency=payment.currency,
    )
    if whole:
        _take_days_back(payment)
    outbox.publish(
        "payment.refunded" if whole else "payment.partly_refunded",
        {"payment_id": payment.pk},
        key=f"refunded:{payment.pk}:{number}",
        case=payment.case,
    )


def _take_days_back(payment: Payment) -> None:
    for entry in days.standing(payment):
        days.announce(days.take_back(entry, reason=f"refund of payment {payment.pk}"))
        if entry.referral is not None:
            Referral.objects.filter(pk=entry.referral.pk).update(status=Referral.Status.REVOKED)
