"""The back office of money, days and customers: one file per subject."""

from __future__ import annotations

from payments.admin import (
    customers,
    incidents,
    ledgers,
    pay_links,
    payments,
    plans,
    promo_codes,
    promotions,
    reconciliation,
    refunds,
    reminders,
    renewals,
    saved_methods,
    statements,
    subscriptions,
)

__all__ = [
    "customers",
    "incidents",
    "ledgers",
    "pay_links",
    "payments",
    "plans",
    "promo_codes",
    "promotions",
    "reconciliation",
    "refunds",
    "reminders",
    "renewals",
    "saved_methods",
    "statements",
    "subscriptions",
]
