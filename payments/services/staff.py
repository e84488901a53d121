"""What staff set going by hand, besides checking a payment and giving its access."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import now
from integrations.models import InboundCallback, OutboxMessage
from integrations.services import outbox
from payments.models import Customer, DayEntry, Payment, Subscription
from payments.services import callbacks, days
from payments.services.locks import lock_customers


def repeat_case(payment: Payment) -> tuple[int, int]:
    """Have a payment's calls applied again and its unfinished reactions tried at once.

    Returns how many of each. What was applied or done before is left as it is.
    """
    calls = list(
        InboundCallback.objects.filter(
            case=payment.case, verdict=InboundCallback.Verdict.ACCEPTED
        ).values_list("pk", flat=True)
    )
    reactions = list(OutboxMessage.objects.filter(case=payment.case, delivered_at=None))
    for callback_id in calls:
        callbacks.replay(callback_id)
    for message in reactions:
        outbox.retry_now(message)
    return len(calls), len(reactions)


def give_days(
    *, customer_id: int, number: int, reason: str, staff: AbstractBaseUser, key: str
) -> bool:
    """Days from a person, without money; False where this very form was sent before.

    `key` comes from the form: a double click gives once.
    """
    with transaction.atomic():
        lock_customers([customer_id])
        entry_key = f"manual:form:{key}"
        if DayEntry.objects.filter(key=entry_key).exists():
            return False
        customer = Customer.objects.get(pk=customer_id)
        entry = days.grant_manually(
            customer, days=number, reason=reason, staff=staff, key=entry_key
        )
        days.announce(entry)
        return True


def sync_with_panel(subscription: Subscription) -> None:
    """Have the panel compared with one subscription now, whether or not it seems to follow."""
    with transaction.atomic():
        outbox.publish(
            "subscription.changed",
            {"subscription_id": subscription.pk},
            key=f"sync:{subscription.pk}:{now().timestamp()}",
            case=f"customer:{subscription.customer_id}",
        )
