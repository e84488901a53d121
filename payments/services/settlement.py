"""What money in and money back do to the ledger of money, inside the transaction that moves the payment."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum

from integrations.services import outbox
from payments.models import MoneyEntry, Payment
from payments.services import delivery

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
    delivery.deliver(payment)
    outbox.publish(
        "payment.paid",
        {"payment_id": payment.pk},
        key=f"paid:{payment.pk}",
        case=payment.case,
    )


def refund_left(payment: Payment) -> Decimal:
    """How much of a paid payment has not been given back yet."""
    refunds = payment.money_entries.filter(kind=Kind.REFUND)
    given_back: Decimal = refunds.aggregate(total=Sum("amount", default=Decimal(0)))["total"]
    return payment.amount - given_back


def settle_refund(payment: Payment, amount: Decimal) -> None:
    """Book money that went back. With the last of it, what it bought goes too."""
    whole = amount == refund_left(payment)
    number = payment.money_entries.filter(kind=Kind.REFUND).count() + 1
    MoneyEntry.objects.create(
        payment=payment,
        key=f"refund:{payment.pk}:{number}",
        kind=Kind.REFUND,
        debit=Account.REFUNDS,
        credit=Account.CLEARING,
        amount=amount,
        currency=payment.currency,
    )
    if whole:
        delivery.undo(payment)
    outbox.publish(
        "payment.refunded" if whole else "payment.partly_refunded",
        {"payment_id": payment.pk},
        key=f"refunded:{payment.pk}:{number}",
        case=payment.case,
    )
