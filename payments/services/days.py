"""The only code that writes day entries and moves a subscription's end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser

from integrations.clock import now
from integrations.services import outbox
from payments.models import Customer, DayEntry, Payment, Referral, Subscription
from payments.periods import Unit, add_period


def grant_purchase(payment: Payment) -> DayEntry:
    """The days a paid payment buys; a renewal begins where the current term ends."""
    moment = now()
    subscription = subscription_of(payment.customer, moment)
    start = max(moment, subscription.expires_at)
    return _write(
        subscription,
        kind=DayEntry.Kind.PURCHASE,
        key=f"purchase:{payment.pk}",
        start=start,
        end=add_period(start, length=payment.length, unit=Unit(payment.unit)),
        moment=moment,
        payment=payment,
    )


def grant_referral(referral: Referral, *, payment: Payment, days: int) -> DayEntry:
    """The inviter's bonus for a friend's first paid payment."""
    moment = now()
    subscription = subscription_of(referral.inviter, moment)
    start = max(moment, subscription.expires_at)
    return _write(
        subscription,
        kind=DayEntry.Kind.REFERRAL,
        key=f"referral:{referral.pk}",
        start=start,
        end=start + timedelta(days=days),
        moment=moment,
        payment=payment,
        referral=referral,
    )


def grant_manually(
    customer: Customer, *, days: int, reason: str, staff: AbstractBaseUser, key: str
) -> DayEntry:
    """Days given by a person, with a reason and without money. `key` makes a double click harmless."""
    moment = now()
    subscription = subscription_of(customer, moment)
    start = max(moment, subscription.expires_at)
    return _write(
        subscription,
        kind=DayEntry.Kind.MANUAL,
        key=key,
        start=start,
        end=start + timedelta(days=days),
        moment=moment,
        reason=reason,
        granted_by=staff,
    )


def grant_for_payment(payment: Payment, *, reason: str, staff: AbstractBaseUser) -> DayEntry:
    """The term a payment was meant to buy, given by a person without the money having been accepted."""
    moment = now()
    subscription = subscription_of(payment.customer, moment)
    start = max(moment, subscription.expires_at)
    return _write(
        subscription,
        kind=DayEntry.Kind.MANUAL,
        key=f"manual:{payment.pk}",
        start=start,
        end=add_period(start, length=payment.length, unit=Unit(payment.unit)),
        moment=moment,
        payment=payment,
        reason=reason,
        granted_by=staff,
    )


def take_back(entry: DayEntry, *, reason: str) -> DayEntry:
    """Undo one grant: the same number of seconds is taken off the present end, once."""
    subscription = Subscription.objects.select_for_update().get(pk=entry.subscription_id)
    return _write(
        subscription,
        kind=DayEntry.Kind.CLAWBACK,
        key=f"clawback:{entry.pk}",
        start=subscription.expires_at,
        end=subscription.expires_at - timedelta(seconds=entry.seconds),
        moment=now(),
        payment=entry.payment,
        referral=entry.referral,
        reason=reason,
    )


def subscription_of(customer: Customer, moment: datetime) -> Subscription:
    """The customer's subscription, locked; a new one begins already ended."""
    subscription, _created = Subscription.objects.select_for_update().get_or_create(
        customer=customer, defaults={"expires_at": moment, "created_at": moment}
    )
    return subscription


def _write(
    subscription: Subscription,
    *,
    kind: DayEntry.Kind,
    key: str,
    start: datetime,
    end: datetime,
    moment: datetime,
    payment: Payment | None = None,
    referral: Referral | None = None,
    reason: str = "",
    granted_by: AbstractBaseUser | None = None,
) -> DayEntry:
    """One entry and the end it moves. `moment` is read once: it is both when, and what a start is measured by."""
    entry = DayEntry.objects.create(
        subscription=subscription,
        kind=kind,
        key=key,
        payment=payment,
        referral=referral,
        granted_by_id=None if granted_by is None else granted_by.pk,
        seconds=round((end - start).total_seconds()),
        starts_at=start,
        ends_at=end,
        reason=reason,
        created_at=moment,
    )
    subscription.expires_at = end
    subscription.save(update_fields=["expires_at"])
    return entry


def announce(entry: DayEntry) -> None:
    """Have the panel follow an entry that no other event announces."""
    outbox.publish(
        "subscription.changed",
        {"subscription_id": entry.subscription_id},
        key=f"days:{entry.pk}",
        case=entry.payment.case if entry.payment else f"customer:{entry.subscription.customer_id}",
    )
