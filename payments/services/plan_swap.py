"""The days of a plan change: the rest of the replaced purchase goes, the new term comes.

A change was sold at its price less a credit for that rest (`Payment.discount`; `plan_change` works it out). What the
money buys when it arrives:

* The whole new term, from the moment the money is there; the rest that still stands is taken back.
* Money that comes later than LATE_AFTER buys what was promised then: the replaced purchase went on running, so the
  time of it that was used since the order is taken off the new term. It never ends before the promised day.
* Where the credited value has gone another way (the replaced purchase was refunded, before or after; another change was
  given the same credit), the credit's share of the new term goes with it: the money that stays buys its own share.

A change that is refunded gives the replaced purchase its rest back. Every step is computed from what the ledger and the
statuses say, so that the order in which the events come makes no difference.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from django.db.models import Sum
from django.utils.translation import gettext as _

from integrations.clock import now
from payments.models import DayEntry, MoneyEntry, Payment
from payments.money import Money
from payments.services import days

LATE_AFTER = timedelta(days=1)

Kind = DayEntry.Kind
Status = Payment.Status
INCOME = (MoneyEntry.Kind.CAPTURE, MoneyEntry.Kind.RELEASE)
OWN = (Kind.PURCHASE, Kind.RESTORED)  # what a payment gave to its own payer


def worth(payment: Payment) -> Fraction:
    """What a purchase stands for: the money paid and, for a change, the credit that was brought along."""
    brought = payment.discount if payment.purpose == Payment.Purpose.CHANGE else 0
    return Fraction(paid_for(payment).amount) + Fraction(brought)


def paid_for(payment: Payment) -> Money:
    """The money a payment brought: as ordered, unless staff accepted another sum."""
    income = payment.money_entries.filter(kind__in=INCOME).first()
    return Money(income.amount, income.currency) if income else payment.money


def rest_of(payment: Payment) -> list[tuple[DayEntry, int]]:
    """The entries of a purchase that its payer has not lived through yet, with the seconds left of each."""
    return [
        (entry, seconds)
        for entry, seconds in days.time_left(payment.customer_id)
        if entry.payment_id == payment.pk and entry.kind in OWN
    ]


def swap(payment: Payment) -> None:
    """Deliver a change. The customer is locked by the caller."""
    replaced = payment.replaces
    if replaced is not None:
        for entry, seconds in rest_of(replaced):
            days.take_back(
                entry,
                reason=_("заменено платежом № %(number)s") % {"number": payment.pk},
                seconds=seconds,
                key=f"replaced:{payment.pk}:{entry.pk}",
            )
    granted = days.grant_purchase(payment)
    late = now() - payment.created_at
    if late > LATE_AFTER and (used := min(int(late.total_seconds()), promised_rest(payment))):
        days.take_back(
            granted,
            reason=_("использовано до прихода денег"),
            seconds=used,
            key=f"late:{payment.pk}",
        )
    _follow(payment)


def undo(payment: Payment) -> None:
    """After a full refund: the replaced purchase has its rest again, and what was bought with this one's value goes."""
    taken = _taken(f"replaced:{payment.pk}:")
    replaced = payment.replaces
    if replaced is not None and taken and replaced.status != Status.REFUNDED:
        days.announce(
            days.restore(
                replaced,
                seconds=taken,
                key=f"restored:{payment.pk}",
                reason=_("деньги возвращены"),
            )
        )
        _follow(replaced)
    _follow(payment)


def promised_rest(payment: Payment) -> int:
    """The seconds of the replaced purchase that the credit of a change stands for."""
    replaced = payment.replaces
    bought = replaced and replaced.day_entries.filter(kind=Kind.PURCHASE).first()
    if replaced is None or not bought:
        return 0
    return int(bought.seconds * Fraction(payment.discount) / worth(replaced))


def lost_share(payment: Payment) -> Fraction:
    """Which part of a purchase's worth is no longer there: all of a refunded one, the credit of a refunded origin."""
    if payment.status == Status.REFUNDED:
        return Fraction(1)
    if payment.purpose != Payment.Purpose.CHANGE or payment.replaces is None:
        return Fraction(0)
    of_credit = Fraction(1) if _credited_before(payment) else lost_share(payment.replaces)
    return Fraction(payment.discount) / worth(payment) * of_credit


def _credited_before(payment: Payment) -> bool:
    """Whether another change, delivered earlier and still standing, was given the same rest."""
    own = payment.day_entries.filter(kind=Kind.PURCHASE).first()
    earlier = DayEntry.objects.filter(
        kind=Kind.PURCHASE,
        payment__replaces=payment.replaces,
        payment__purpose=Payment.Purpose.CHANGE,
    ).exclude(payment__status=Status.REFUNDED)
    if own is not None:
        earlier = earlier.filter(pk__lt=own.pk)
    return earlier.exclude(payment=payment).exists()


def _follow(payment: Payment) -> None:
    """Shorten a change, and whatever was bought with it, by the share whose value is gone."""
    _shorten(payment)
    changes = Payment.objects.filter(
        replaces=payment, status__in=(Status.PAID, Status.PARTLY_REFUNDED)
    )
    for change in changes.order_by("pk"):
        _follow(change)


def _shorten(payment: Payment) -> None:
    bought = payment.day_entries.filter(kind=Kind.PURCHASE).first()
    lost = lost_share(payment)
    if bought is None or not lost or payment.status == Status.REFUNDED:
        return
    carried = sum(
        -entry.seconds
        for entry in DayEntry.objects.filter(
            kind=Kind.CLAWBACK, payment=payment, key__startswith="replaced:"
        )
    )
    returned = payment.day_entries.filter(kind=Kind.RESTORED).aggregate(
        total=Sum("seconds", default=0)
    )["total"]
    gone = _taken(f"unbacked:{payment.pk}:")
    todo = int(lost * (bought.seconds - carried + returned)) - gone
    entries = payment.day_entries.filter(kind__in=OWN).select_related("payment", "subscription")
    for entry in entries.order_by("-pk"):
        part = min(todo, days.left_of(entry))
        if part > 0:
            number = entry.reversals.count() + 1
            days.announce(
                days.take_back(
                    entry,
                    reason=_("возвращены деньги, за которые это было дано"),
                    seconds=part,
                    key=f"unbacked:{payment.pk}:{entry.pk}:{number}",
                )
            )
            todo -= part


def _taken(prefix: str) -> int:
    """How many seconds were taken back under keys that begin so."""
    entries = DayEntry.objects.filter(kind=Kind.CLAWBACK, key__startswith=prefix)
    return -int(entries.aggregate(total=Sum("seconds", default=0))["total"])
