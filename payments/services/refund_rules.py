"""What of a payment can be given back, and what the customer would lose with it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from integrations.clock import now
from payments.abilities import RefundsMoney
from payments.models import Customer, Incident, Payment, Refund
from payments.money import Money
from payments.registry import UnknownProvider, get_provider
from payments.services import days, suspense
from payments.services.settlement import money_left

Status = Refund.Status

REFUNDABLE = (Payment.Status.PAID, Payment.Status.PARTLY_REFUNDED)
UNDECIDED = (Status.REQUESTED, Status.SECOND)
PROMISED = (Status.SECOND, Status.ORDERED, Status.PENDING, Status.MANUAL)  # not booked, but meant
SECONDS_IN_DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOffer:
    """What asking for a refund would mean: all that is left, and the begun days it takes with it."""

    payment: Payment
    money: Money
    days: int


def refundable(payment: Payment, *, incident: Incident | None = None) -> Money:
    """How much may still be decided about: what is left and not promised to anybody yet.

    With `incident` the money that waits in it is meant, without it the money the payment brought.
    """
    left = unspent(payment, incident=incident)
    promised: Decimal = payment.refunds.filter(
        status__in=PROMISED, incidents=incident.pk if incident is not None else None
    ).aggregate(total=Sum("amount", default=Decimal(0)))["total"]
    return Money(max(left.amount - promised, Decimal(0)), left.currency)


def unspent(payment: Payment, *, incident: Incident | None = None) -> Money:
    """What is really left with us of one sum, promised or not."""
    if incident is not None:
        return suspense.waiting(incident) or Money(Decimal(0), incident.currency)
    if payment.status in REFUNDABLE:
        return money_left(payment)
    return Money(Decimal(0), payment.currency)


def incident_of(refund: Refund) -> Incident | None:
    """Whose waiting money this refund gives back."""
    return refund.incidents.first() if refund.pk else None


def undecided_of(payment: Payment) -> Refund | None:
    return payment.refunds.filter(status__in=UNDECIDED).first()


def open_refund_of(payment: Payment) -> Refund | None:
    """The payment's newest refund that is not over yet."""
    return payment.refunds.filter(status__in=Refund.OPEN).first()


def latest_refund_of(payment: Payment) -> Refund | None:
    return payment.refunds.first()


def asks_again_at(payment: Payment) -> datetime | None:
    """When the customer may ask anew after his wish was rejected; None: now."""
    last = payment.refunds.filter(origin=Refund.Origin.CUSTOMER, status=Status.REJECTED).first()
    if last is None or last.finished_at is None:
        return None
    moment = last.finished_at + timedelta(hours=settings.REFUND_REQUEST_HOURS)
    return moment if moment > now() else None


def days_at_stake(payment: Payment) -> int:
    """The begun days of his own term the payer would lose with all of the money."""
    standing = days.standing(payment)
    seconds = sum(
        days.left_of(entry)
        for entry in standing
        if entry.subscription.customer_id == payment.customer_id
    )
    return -(-seconds // SECONDS_IN_DAY)


def offer_of(payment: Payment) -> RefundOffer | None:
    """None where there is nothing to ask for."""
    money = refundable(payment)
    if money.amount <= 0:
        return None
    return RefundOffer(payment=payment, money=money, days=days_at_stake(payment))


def refundable_payments(customer: Customer, *, limit: int = 5) -> list[Payment]:
    """The customer's newest payments with money to give back or a refund under way."""
    found = customer.payments.filter(status__in=REFUNDABLE).select_related("plan")[: limit * 2]
    return [one for one in found if refundable(one).amount > 0 or open_refund_of(one)][:limit]


def own_payment_left(*, payment_id: int, customer_id: int) -> Decimal:
    """What this customer may still ask for of this payment; zero where it is not his."""
    payment = Payment.objects.filter(pk=payment_id, customer_id=customer_id).first()
    return refundable(payment).amount if payment is not None else Decimal(0)


def own_refund(*, refund_id: int, customer_id: int) -> Refund | None:
    """A refund of this customer's own payment."""
    return (
        Refund.objects.select_related("payment")
        .filter(pk=refund_id, payment__customer_id=customer_id)
        .first()
    )


def gives_back_itself(payment: Payment) -> bool:
    """Whether the provider refunds at our request; otherwise a person transfers the money by hand."""
    try:
        return isinstance(get_provider(payment.provider), RefundsMoney)
    except UnknownProvider:
        return False


def needs_second_person(money: Money) -> bool:
    """Sums above the limit are looked at twice. It is a number of roubles; in any other currency the number counts."""
    return money.amount > settings.REFUND_SECOND_PERSON_ABOVE
