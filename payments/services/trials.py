"""A trial: some days once, for a customer who never had a subscription."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from payments.models import Customer, DayEntry, Subscription
from payments.services import days
from payments.services.cooldowns import Action, take_turn
from payments.services.locks import lock_customers


def trial_days(customer_id: int) -> int:
    """How many days of trial this customer is offered; 0 where none."""
    had_one = Subscription.objects.filter(customer_id=customer_id)
    people = Customer.objects.filter(pk=customer_id, kind=Customer.Kind.TELEGRAM)
    if settings.TRIAL_DAYS <= 0 or had_one.exists() or not people.exists():
        return 0
    return int(settings.TRIAL_DAYS)


def start_trial(*, customer_id: int) -> DayEntry | None:
    """Give the trial, once; None where it is not offered. The access link follows by itself. Raises TooSoon."""
    take_turn(customer_id=customer_id, action=Action.TRIAL)
    with transaction.atomic():
        lock_customers([customer_id])
        offered = trial_days(customer_id)
        if not offered:
            return None
        entry = days.grant_bonus(
            Customer.objects.get(pk=customer_id),
            kind=DayEntry.Kind.TRIAL,
            days=offered,
            key=f"trial:{customer_id}",
        )
        days.announce_with_link(entry)
        return entry
