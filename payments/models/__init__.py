from __future__ import annotations

from payments.models.cooldown import Cooldown
from payments.models.customer import Customer, Referral
from payments.models.incident import Incident
from payments.models.ledger import DayEntry, MoneyEntry
from payments.models.pay_link import PayLink
from payments.models.payment import Payment, PaymentEvent
from payments.models.plan import Plan, PlanPrice
from payments.models.promo_code import PromoCode
from payments.models.promotion import Gift, PromoUse
from payments.models.provider_state import ProviderState
from payments.models.reconciliation import (
    ListedRow,
    ReconciliationLine,
    ReconciliationRun,
    Statement,
)
from payments.models.recurring import AutoRenewal, ProviderSubscription, SavedMethod
from payments.models.refund import Refund
from payments.models.reminder import Reminder
from payments.models.subscription import Subscription

__all__ = [
    "AutoRenewal",
    "Cooldown",
    "Customer",
    "DayEntry",
    "Gift",
    "Incident",
    "ListedRow",
    "MoneyEntry",
    "PayLink",
    "Payment",
    "PaymentEvent",
    "Plan",
    "PlanPrice",
    "PromoCode",
    "PromoUse",
    "ProviderState",
    "ProviderSubscription",
    "ReconciliationLine",
    "ReconciliationRun",
    "Referral",
    "Refund",
    "Reminder",
    "SavedMethod",
    "Statement",
    "Subscription",
]
