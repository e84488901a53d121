"""What money in and money back do to the ledger of money, inside the transaction that moves the payment."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from integrations.services import outbox
from payments.models import Incident, MoneyEntry, Payment, Refund
from payments.money import Money
from payments.services import days, delivery, refund_records, suspense

Account = MoneyEntry.Account
Kind = MoneyEntry.Kind


def settle_paid(payment: Payment) -> None:
    """Book the money, deliver what it buys, announce it. The customers are locked by the caller."""
    MoneyEntry.objects.create(
        payment=payment,
        key=f"capture:{payment.pk}",
        kind=Kind.CAPTURE,
        debit=Account.CLEARING,
        credit=Account.REVENUE,
        amount=payment.amount,
        currency=payment.currency,
    )
    _fulfil(payment)


def settle_accepted(payment: Payment, incident: Incident, amount: Decimal) -> None:
    """The same with money that waited apart: it may be another sum or currency than was ordered."""
    suspense.release(incident, to=payment, amount=amount)
    _fulfil(payment)


def _fulfil(payment: Payment) -> None:
    delivery.deliver(payment)
    outbox.publish(
        "payment.paid",
        {"payment_id": payment.pk},
        key=f"paid:{payment.pk}",
        case=payment.case,
    )


def booked(payment: Payment) -> Money:
    """What a payment really brought: as ordered, or as staff accepted it; zero before that."""
    income = payment.money_entries.filter(kind__in=[Kind.CAPTURE, Kind.RELEASE]).first()
    if income is None:
        return Money(Decimal(0), payment.currency)
    return Money(income.amount, income.currency)


def money_left(payment: Payment) -> Money:
    """How much of what a payment brought has not been given back yet, in the currency it came in."""
    income = booked(payment)
    refunds = payment.money_entries.filter(kind=Kind.REFUND)
    given_back: Decimal = refunds.aggregate(total=Sum("amount", default=Decimal(0)))["total"]
    return Money(income.amount - given_back, income.currency)


def refund_left(payment: Payment) -> Decimal:
    """The amount of `money_left`: at most this much can still be given back."""
    return money_left(payment).amount


def settle_refund(payment: Payment, refund: Refund) -> None:
    """Book money that went back. With the last of it, what it bought goes too; with a part, the days staff chose."""
    whole = refund.money == money_left(payment)
    number = payment.money_entries.filter(kind=Kind.REFUND).count() + 1
    MoneyEntry.objects.create(
        payment=payment,
        key=refund.posting_key,
        kind=Kind.REFUND,
        debit=Account.REFUNDS,
        credit=Account.CLEARING,
        amount=refund.amount,
        currency=refund.currency,
    )
    if whole:
        delivery.undo(payment)
        refund_records.close_undecided(payment)
    else:
        refund_records.take_days(refund)
    outbox.publish(
        "payment.refunded" if whole else "payment.partly_refunded",
        {"payment_id": payment.pk} if whole else {"payment_id": payment.pk, "refund_id": refund.pk},
        key=f"refunded:{payment.pk}:{number}",
        case=payment.case,
    )


def settle_returned(payment: Payment, incident: Incident, amount: Decimal, *, whole: bool) -> None:
    """Book waiting money that went back; `whole`: nothing of this payment is left with us.

    With the last of it go the days that staff gave for the payment before anybody had decided about its money.
    """
    suspense.give_back(incident, amount)
    if whole:
        for entry in days.standing(payment):
            days.announce(days.take_back(entry, reason=_("деньги возвращены")))
        outbox.publish(
            "payment.refunded",
            {"payment_id": payment.pk},
            key=f"returned:{payment.pk}",
            case=payment.case,
        )
