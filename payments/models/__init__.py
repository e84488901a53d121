from __future__ import annotations

from payments.models.customer import Customer, Referral
from payments.models.ledger import DayEntry, MoneyEntry
from payments.models.payment import Payment, PaymentEvent
from payments.models.plan import Plan
from payments.models.subscription import Subscription

__all__ = [
    "Customer",
    "DayEntry",
    "MoneyEntry",
    "Payment",
    "PaymentEvent",
    "Plan",
    "Referral",
    "Subscription",
]
