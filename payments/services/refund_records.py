"""Which of our refunds an event speaks of. Called by the transition that books the money, in its transaction.

A refund is told by the answer to our own call, by the provider's notification, or by both in any order; the event id
makes it count once. Here it finds the row that meant it, or gets one of its own: somebody gave the money back in the
provider's cabinet.
"""

from __future__ import annotations

import structlog
from django.utils.translation import gettext as _

from integrations.clock import now
from payments.models import Payment, Refund
from payments.money import Money
from payments.provider import ProviderEvent
from payments.services import days

log = structlog.get_logger(__name__)

SECONDS_IN_DAY = 86400

Status = Refund.Status
ON_THE_WAY = (Status.ORDERED, Status.PENDING, Status.MANUAL)


def counted(payment: Payment, event: ProviderEvent) -> str:
    """Why this event may tell of money that is booked already; "" where it does not.

    A refund that a person has reported as done by hand is not told from one that the provider reports later.
    """
    for row in payment.refunds.filter(status=Status.SUCCEEDED):
        if _names(event, row):
            return f"refund {row.pk} is booked"
        if row.evidence and not row.external_id and row.money == event.money:
            return f"refund {row.pk} of the same sum was booked as made by hand"
    return ""


def recognise(
    payment: Payment, event: ProviderEvent, money: Money, *, of_charge: str = ""
) -> Refund:
    """The refund whose money this is, made or found, and now succeeded. The payment's row is locked by the caller.

    `of_charge` is the operation of money that waited apart; empty for the money the payment brought.
    """
    rows = list(payment.refunds.select_for_update().exclude(status=Status.SUCCEEDED).order_by("pk"))
    row = next((one for one in rows if _names(event, one)), None) or next(
        (one for one in rows if _may_be(event, one, money)), None
    )
    if row is None:
        row = Refund(payment=payment, origin=Refund.Origin.PROVIDER, operation=of_charge)
        log.warning("refund.found", case=payment.case, operation=event.operation)
    elif row.money != money:
        log.warning("refund.other_sum", case=payment.case, refund=row.pk)
    row.status = Status.SUCCEEDED
    row.amount, row.currency = money.amount, money.currency
    row.external_id = event.operation or row.external_id
    row.finished_at = now()
    row.not_before = None
    row.error = ""
    row.save()
    return row


def take_days(refund: Refund) -> None:
    """What staff chose to take with a part of the money: off the payer's own term, and no more than he still has."""
    left = refund.days * SECONDS_IN_DAY
    payment = refund.payment
    for entry in days.standing(payment):
        if left <= 0:
            return
        if entry.subscription.customer_id == payment.customer_id:
            taken = days.take_back(entry, reason=_("возвращена часть денег"), seconds=left)
            days.announce(taken)
            left += taken.seconds


def close_undecided(payment: Payment) -> None:
    """Nothing is left to decide about: the whole sum has gone back."""
    undecided = payment.refunds.filter(status__in=(Status.REQUESTED, Status.SECOND))
    undecided.update(
        status=Status.REJECTED,
        reason=_("Деньги по этому платежу уже возвращены."),
        finished_at=now(),
    )


def _names(event: ProviderEvent, row: Refund) -> bool:
    if event.refund:
        return event.refund == row.reference
    return bool(event.operation) and event.operation == row.external_id


def _may_be(event: ProviderEvent, row: Refund, money: Money) -> bool:
    """A refund of this sum is on its way and its number is not known yet: the notification was faster."""
    if event.refund or row.status not in ON_THE_WAY or row.money != money:
        return False
    return not (event.operation and row.external_id)
