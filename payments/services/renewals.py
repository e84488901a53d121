"""Renewal without the customer: switched on by a purchase he agreed to, switched off by anything.

What happens when is worked out by `renewal_runs`; here is what is agreed, and what a payment's news mean for it. The
customer is locked by whoever calls a function ending in `_locked`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import transaction

from integrations.clock import now
from integrations.services import outbox
from payments.models import AutoRenewal, Payment, Plan, ProviderSubscription, SavedMethod
from payments.provider import EventKind, ProviderEvent
from payments.services.locks import lock_customers
from payments.services.saved_methods import keep_method, revoke_method


class Reason(StrEnum):
    """Why a renewal was switched off: the beginning of AutoRenewal.disabled_reason, a person's words may follow."""

    CUSTOMER = "customer"
    REMOVED = "removed"  # the customer took his card away
    STAFF = "staff"
    REFUND = "refund"  # the last purchase was given back: nothing is charged before he buys again
    DECLINED = "declined"  # every attempt failed
    REVOKED = "revoked"  # this card will never be charged again
    PRICE = "price"  # the plan costs more than was agreed
    ARCHIVED = "archived"  # the plan is not sold any more
    LATE = "late"  # we were too late ourselves: the term ended long ago
    HANDED_OVER = "handed_over"  # the provider charges by itself from now on


# What the customer did himself, or what changes nothing for him, is not told.
SILENT = frozenset({Reason.CUSTOMER, Reason.REMOVED, Reason.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class Attempt:
    """What Payment.renewal_key says of an attempt of ours: which renewal, which end, which try."""

    renewal_id: int
    period_end: int  # unix seconds
    number: int

    @property
    def key(self) -> str:
        return f"renewal:{self.renewal_id}:{self.period_end}:{self.number}"

    @classmethod
    def of(cls, payment: Payment) -> Self | None:
        """None for a payment that is no attempt of ours."""
        kind, _, rest = (payment.renewal_key or "").partition(":")
        if kind != "renewal":
            return None
        return cls(*(int(number) for number in rest.split(":")))


def charge_moment(end: datetime) -> datetime:
    """When a term that ends then is charged for."""
    return end - timedelta(hours=settings.RENEWAL_HOURS_BEFORE)


def price_now(plan: Plan, currency: str) -> Decimal | None:
    """What a plan costs today in the currency that was agreed; None where it has no such price."""
    if plan.currency == currency:
        return plan.amount
    return plan.prices.filter(currency=currency).values_list("amount", flat=True).first()


def switch_off_locked(
    *, customer_id: int, reason: Reason, note: str = "", method: SavedMethod | None = None
) -> bool:
    """Charge nothing more; False where nothing was on. With `method` only where it is the one that is charged."""
    renewal = (
        AutoRenewal.objects.select_for_update().filter(customer_id=customer_id, is_on=True).first()
    )
    if renewal is None or (method is not None and renewal.method_id != method.pk):
        return False
    moment = now()
    renewal.is_on, renewal.next_try_at, renewal.disabled_at = False, None, moment
    renewal.disabled_reason = f"{reason.value}: {note}"[:200] if note else reason.value
    renewal.save(update_fields=["is_on", "next_try_at", "disabled_at", "disabled_reason"])
    if reason not in SILENT:
        outbox.publish(
            "renewal.off",
            {"renewal_id": renewal.pk, "reason": reason.value, "at": moment.isoformat()},
            key=f"renewal.off:{renewal.pk}:{moment.isoformat()}",
            case=f"customer:{customer_id}",
        )
    return True


def switch_on_again(*, customer_id: int, shown_amount: Decimal) -> bool:
    """At the customer's word, at the price he was shown; False where that is not possible (any more)."""
    with transaction.atomic():
        lock_customers([customer_id])
        renewal = (
            AutoRenewal.objects.select_for_update(of=("self",))
            .select_related("method", "plan")
            .filter(customer_id=customer_id)
            .first()
        )
        if renewal is None or renewal.method.revoked_at is not None or not renewal.plan.is_active:
            return False
        price = price_now(renewal.plan, renewal.currency)
        if price is None or price != shown_amount:
            return False
        if not renewal.is_on:
            _switch_on(renewal, amount=price)
        return True


def remove_method(*, method_id: int, customer_id: int) -> bool:
    """The customer takes his card away, and with it whatever it renews; False where he has no such card."""
    with transaction.atomic():
        lock_customers([customer_id])
        method = SavedMethod.objects.filter(
            pk=method_id, customer_id=customer_id, revoked_at=None
        ).first()
        if method is None:
            return False
        switch_off_locked(customer_id=customer_id, reason=Reason.REMOVED, method=method)
        revoke_method(method, reason=Reason.REMOVED.value)
        return True


def follow_locked(payment: Payment, event: ProviderEvent) -> None:
    """What a payment's move means for renewing, inside the transaction that moves it."""
    attempt = Attempt.of(payment)
    if event.kind is EventKind.PAID and payment.status == Payment.Status.PAID:
        if payment.save_method and event.method_kept is not None:
            _agreed(payment, keep_method(payment, event.method_kept))
        elif payment.save_method and event.subscription:
            _subscribed(payment, event)
        if attempt is not None:
            _charged(payment, attempt)
    elif event.kind in (EventKind.FAILED, EventKind.CANCELED) and attempt is not None:
        _declined(payment, attempt, event)


def _agreed(payment: Payment, method: SavedMethod) -> None:
    """The price agreed to is the plan's own: a discount was for the first time."""
    renewal, _fresh = AutoRenewal.objects.get_or_create(
        customer=payment.customer,
        defaults={
            "method": method,
            "plan": payment.plan,
            "amount": payment.amount + payment.discount,
            "currency": payment.currency,
        },
    )
    renewal.method, renewal.plan, renewal.currency = method, payment.plan, payment.currency
    renewal.save(update_fields=["method", "plan", "currency"])
    _switch_on(renewal, amount=payment.amount + payment.discount)


def _subscribed(payment: Payment, event: ProviderEvent) -> None:
    """The payer became a subscriber of the provider with this payment: it charges the same sum from now on."""
    ProviderSubscription.objects.get_or_create(
        provider=payment.provider,
        external_id=event.subscription,
        defaults={
            "customer": payment.customer,
            "plan": payment.plan,
            "amount": payment.amount,
            "currency": payment.currency,
        },
    )
    switch_off_locked(customer_id=payment.customer_id, reason=Reason.HANDED_OVER)


def _switch_on(renewal: AutoRenewal, *, amount: Decimal) -> None:
    moment = now()
    renewal.amount, renewal.is_on, renewal.enabled_at = amount, True, moment
    renewal.period_end, renewal.attempts, renewal.last_error = None, 0, ""
    renewal.disabled_at, renewal.disabled_reason = None, ""
    renewal.next_try_at = moment  # the worker looks at once, and then when something is to be done
    renewal.save()
    outbox.publish(
        "renewal.on",
        {"renewal_id": renewal.pk},
        key=f"renewal.on:{renewal.pk}:{moment.isoformat()}",
        case=f"customer:{renewal.customer_id}",
    )


def _charged(payment: Payment, attempt: Attempt) -> None:
    if payment.saved_method is not None:
        SavedMethod.objects.filter(pk=payment.saved_method.pk).update(used_at=now())
    AutoRenewal.objects.filter(pk=attempt.renewal_id, is_on=True).update(
        period_end=None, attempts=0, last_error="", next_try_at=now()
    )


def _declined(payment: Payment, attempt: Attempt, event: ProviderEvent) -> None:
    """Plan the next try, or give up: the card is gone, or every try has failed."""
    renewal = AutoRenewal.objects.select_for_update().get(pk=attempt.renewal_id)
    if event.method_revoked and payment.saved_method is not None:
        switch_off_locked(
            customer_id=payment.customer_id, reason=Reason.REVOKED, method=payment.saved_method
        )
        revoke_method(payment.saved_method, reason=event.reason)
        return
    present = renewal.period_end and round(renewal.period_end.timestamp()) == attempt.period_end
    if not renewal.is_on or not present or renewal.attempts != attempt.number:
        return
    waits = settings.RENEWAL_RETRY_HOURS
    renewal.last_error = event.reason[:300]
    if attempt.number > len(waits):
        renewal.save(update_fields=["last_error"])
        switch_off_locked(customer_id=payment.customer_id, reason=Reason.DECLINED)
        return
    before = waits[attempt.number - 2] if attempt.number > 1 else 0
    renewal.next_try_at = now() + timedelta(hours=waits[attempt.number - 1] - before)
    renewal.save(update_fields=["last_error", "next_try_at"])
    if attempt.number == 1:
        outbox.publish(
            "renewal.declined",
            {"payment_id": payment.pk},
            key=f"renewal.declined:{payment.pk}",
            case=payment.case,
        )
