"""When a term may be charged for. Asked under the customer's lock, right before a charge is ordered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from integrations.clock import now
from payments.models import AutoRenewal, ProviderSubscription, Subscription
from payments.services.renewals import Reason, charge_moment, price_now

TOO_LATE = timedelta(days=3)  # after the last planned try; an outage of ours is no reason to charge

Status = ProviderSubscription.Status


def obstacle(renewal: AutoRenewal, end: datetime) -> Reason | None:
    """Why this term must not be charged for any more, whatever is tried."""
    price = price_now(renewal.plan, renewal.currency)
    last_try = timedelta(hours=max(settings.RENEWAL_RETRY_HOURS, default=0))
    if renewal.method.revoked_at is not None:
        return Reason.REVOKED
    if not renewal.plan.is_active:
        return Reason.ARCHIVED
    if price is None or price > renewal.amount:
        return Reason.PRICE
    if now() > charge_moment(end) + last_try + TOO_LATE:
        return Reason.LATE
    return None


def end_of(customer_id: int) -> datetime | None:
    ends = Subscription.objects.filter(customer_id=customer_id)
    return ends.values_list("expires_at", flat=True).first()


def is_served_by_provider(customer_id: int) -> bool:
    return ProviderSubscription.objects.filter(
        customer_id=customer_id, status__in=[Status.ACTIVE, Status.PAST_DUE]
    ).exists()
