"""The only code that writes day entries and moves a subscription's end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NotRequired, TypedDict, Unpack

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Sum

from integrations.clock import now
from integrations.services import outbox
from payments.models import Customer, DayEntry, Gift, Payment, Referral, Subscription
from payments.periods import Unit, add_period


class Facts(TypedDict):
    """What a day entry says beside its dates."""

    kind: DayEntry.Kind
    key: str
    payment: NotRequired[Payment | None]
    referral: NotRequired[Referral | None]
    reverses: NotRequired[DayEntry]
    reason: NotRequired[str]
    granted_by_id: NotRequired[int]


def grant_purchase(payment: Payment) -> DayEntry:
    """The days a paid payment buys; a renewal begins where the current term ends."""
    return _grant(
        payment.customer,
        partial(add_period, length=payment.length, unit=Unit(payment.unit)),
        kind=DayEntry.Kind.PURCHASE,
        key=f"purchase:{payment.pk}",
        payment=payment,
    )


def grant_for_payment(payment: Payment, *, reason: str, staff: AbstractBaseUser) -> DayEntry:
    """The term a payment was meant to buy, given by a person without the money having been accepted."""
    return _grant(
        payment.customer,
        partial(add_period, length=payment.length, unit=Unit(payment.unit)),
        kind=DayEntry.Kind.MANUAL,
        key=f"manual:{payment.pk}",
        payment=payment,
        reason=reason,
        granted_by_id=staff.pk,
    )


def grant_referral(referral: Referral, *, payment: Payment, days: int) -> DayEntry:
    """The inviter's bonus for a friend's first paid payment."""
    return _grant(
        referral.inviter,
        partial(add_period, length=days, unit=Unit.DAY),
        kind=DayEntry.Kind.REFERRAL,
        key=f"referral:{referral.pk}",
        payment=payment,
        referral=referral,
    )


def grant_gift(gift: Gift, customer: Customer) -> DayEntry:
    """The term somebody else paid for; it belongs to whoever claimed it."""
    payment = gift.payment
    return _grant(
        customer,
        partial(add_period, length=payment.length, unit=Unit(payment.unit)),
        kind=DayEntry.Kind.GIFT,
        key=f"gift:{gift.pk}",
        payment=payment,
    )


def grant_bonus(customer: Customer, *, kind: DayEntry.Kind, days: int, key: str) -> DayEntry:
    """Days without money and without a person: a trial, a promo code, a channel. `key` names what they are for."""
    return _grant(customer, partial(add_period, length=days, unit=Unit.DAY), kind=kind, key=key)


def restore(payment: Payment, *, seconds: int, key: str, reason: str) -> DayEntry:
    """Time of a purchase that was taken back for something that is undone now; it begins anew."""
    return _grant(
        payment.customer,
        lambda start: start + timedelta(seconds=seconds),
        kind=DayEntry.Kind.RESTORED,
        key=key,
        payment=payment,
        reason=reason,
    )


def grant_manually(
    customer: Customer, *, days: int, reason: str, staff: AbstractBaseUser, key: str
) -> DayEntry:
    """Days given by a person, with a reason and without money. `key` makes a double click harmless."""
    return _grant(
        customer,
        partial(add_period, length=days, unit=Unit.DAY),
        kind=DayEntry.Kind.MANUAL,
        key=key,
        reason=reason,
        granted_by_id=staff.pk,
    )


def standing(payment: Payment) -> list[DayEntry]:
    """The grants for a payment that have not been taken back in full, the inviter's bonus included."""
    grants = payment.day_entries.filter(seconds__gt=0).select_related(
        "referral", "payment", "subscription"
    )
    return [entry for entry in grants.order_by("pk") if left_of(entry) > 0]


def left_of(entry: DayEntry) -> int:
    """How many seconds of a grant have not been taken back."""
    taken: int = entry.reversals.aggregate(total=Sum("seconds", default=0))["total"]
    return entry.seconds + taken


def time_left(customer_id: int, *, at: datetime | None = None) -> list[tuple[DayEntry, int]]:
    """The grants a running subscription still has to live through, newest first, with the seconds left of each; now,
    or as it was `at` another moment by what is known today.

    Time is lived in the order it was given: what was given last is at the end of the term.
    """
    subscription = Subscription.objects.filter(customer_id=customer_id).first()
    if subscription is None:
        return []
    left = int((subscription.expires_at - (at or now())).total_seconds())
    grants = subscription.day_entries.filter(seconds__gt=0).select_related("payment")
    found: list[tuple[DayEntry, int]] = []
    for entry in grants.annotate(taken=Sum("reversals__seconds", default=0)).order_by("-pk"):
        portion = min(entry.seconds + entry.taken, left)
        if left <= 0:
            break
        if portion > 0:
            found.append((entry, portion))
            left -= portion
    return found


def take_back(
    entry: DayEntry, *, reason: str, seconds: int | None = None, key: str = ""
) -> DayEntry:
    """Undo a grant, or `seconds` of it: what is left of it at most, taken off the present end.

    `key` names what it is taken for, where that has to be found again.
    """
    left = left_of(entry)
    taken = left if seconds is None else min(seconds, left)
    if taken <= 0:
        raise ValueError(f"nothing is left of day entry {entry.pk}")
    subscription = Subscription.objects.select_for_update().get(pk=entry.subscription_id)
    return _write(
        subscription,
        start=subscription.expires_at,
        end=subscription.expires_at - timedelta(seconds=taken),
        moment=now(),
        kind=DayEntry.Kind.CLAWBACK,
        key=key or f"clawback:{entry.pk}:{entry.reversals.count() + 1}",
        reverses=entry,
        payment=entry.payment,
        referral=entry.referral,
        reason=reason,
    )


def _grant(
    customer: Customer, end_of: Callable[[datetime], datetime], **facts: Unpack[Facts]
) -> DayEntry:
    """Days that begin at max(now, present end). A new subscription begins already ended."""
    moment = now()
    subscription, _created = Subscription.objects.select_for_update().get_or_create(
        customer=customer, defaults={"expires_at": moment, "created_at": moment}
    )
    start = max(moment, subscription.expires_at)
    return _write(subscription, start=start, end=end_of(start), moment=moment, **facts)


def _write(
    subscription: Subscription,
    *,
    start: datetime,
    end: datetime,
    moment: datetime,
    **facts: Unpack[Facts],
) -> DayEntry:
    """One entry and the end it moves. `moment` is read once: it is both when, and what a start is measured by."""
    entry = DayEntry.objects.create(
        subscription=subscription,
        seconds=round((end - start).total_seconds()),
        starts_at=start,
        ends_at=end,
        created_at=moment,
        **facts,
    )
    subscription.expires_at = end
    subscription.save(update_fields=["expires_at"])
    return entry


def announce_with_link(entry: DayEntry) -> None:
    """Have the panel follow days that came without a payment of their owner's, and bring him the link."""
    outbox.publish(
        "days.given",
        {"entry_id": entry.pk},
        key=f"given:{entry.pk}",
        case=f"customer:{entry.subscription.customer_id}",
    )


def announce(entry: DayEntry) -> None:
    """Have the panel follow an entry that no other event announces."""
    outbox.publish(
        "subscription.changed",
        {"subscription_id": entry.subscription_id},
        key=f"days:{entry.pk}",
        case=entry.payment.case if entry.payment else f"customer:{entry.subscription.customer_id}",
    )
