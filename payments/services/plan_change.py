"""Changing to another plan: what is left of the last purchase counts towards the new one.

The credit is the unused value of the newest purchase that stands: its worth (the money paid and, if it was a change
itself, the credit it brought along) times the seconds left, divided by the seconds bought, rounded down to whole units.
Days that were given without money are worth nothing and stay. The change is not offered where nothing is running,
where the credit would cover the new price, to the same plan, or between currencies. The sum is frozen in the invoice;
what late money buys is said in `plan_swap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from payments.models import DayEntry, Payment, Plan
from payments.money import Money
from payments.services import days
from payments.services.plan_swap import OWN, paid_for, worth
from payments.services.transitions import close_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    replaced: Payment
    rest_seconds: int
    amount: Decimal


def credit_for(*, customer_id: int, plan: Plan, price: Money) -> Credit | None:
    """What the customer's last purchase is worth towards this plan; None where the change is not offered."""
    own = [
        (entry.payment, seconds)
        for entry, seconds in days.time_left(customer_id)
        if entry.kind in OWN
        and entry.payment is not None
        and entry.payment.status == Payment.Status.PAID
    ]
    if not own:
        return None
    replaced = own[0][0]
    rest = sum(seconds for payment, seconds in own if payment.pk == replaced.pk)
    bought = replaced.day_entries.get(kind=DayEntry.Kind.PURCHASE)
    amount = credit_of(worth(replaced), rest=rest, bought=bought.seconds)
    if replaced.plan_id == plan.pk or paid_for(replaced).currency != price.currency:
        return None
    if not 0 < amount < price.amount:
        return None
    return Credit(replaced=replaced, rest_seconds=rest, amount=amount)


def close_outdated(*, payment_id: int) -> None:
    """Reaction to money given back: the offers to change away from that purchase are no longer what was promised."""
    open_changes = Payment.objects.filter(replaces_id=payment_id, status__in=Payment.OPEN)
    for change_id in list(open_changes.values_list("pk", flat=True)):
        close_open(payment_id=change_id, to=Payment.Status.CANCELED)


def credit_of(value: Fraction, *, rest: int, bought: int) -> Decimal:
    """The unused part of a value, in whole units, rounded down."""
    return Decimal(floor(value * min(rest, bought) / bought))
