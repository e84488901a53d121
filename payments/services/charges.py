"""What will be charged at the end of a term without the customer doing anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Q

from payments.models import AutoRenewal, ProviderSubscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """`method` is what the payer knows it by: «Visa ·· 4242»; empty where the provider charges by itself.

    `told_apart`: renewing sends a notice of its own before the charge.
    """

    amount: Decimal
    currency: str
    method: str = ""
    told_apart: bool = False


def coming_charge(customer_id: int, *, ends_at: datetime) -> Charge | None:
    """The charge that will renew the term that ends then; None where nothing will, or a try has failed already."""
    renewal = (
        AutoRenewal.objects.filter(customer_id=customer_id, is_on=True, method__revoked_at=None)
        .filter(Q(attempts=0) | Q(period_end=None) | ~Q(period_end=ends_at))
        .select_related("method")
        .first()
    )
    if renewal is not None:
        return Charge(
            amount=renewal.amount,
            currency=renewal.currency,
            method=renewal.method.title,
            told_apart=settings.RENEWAL_NOTICE_HOURS > 0,
        )
    elsewhere = ProviderSubscription.objects.filter(
        customer_id=customer_id, status=ProviderSubscription.Status.ACTIVE
    ).first()
    if elsewhere is None:
        return None
    return Charge(amount=elsewhere.amount, currency=elsewhere.currency)
