"""The end of access: when the paid term and the days of grace are over."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from integrations.clock import now
from integrations.services import outbox
from payments.models import Customer, Reminder, Subscription
from payments.services.reminders import ending


def end_lapsed(*, limit: int = 500) -> int:
    """Take access away where the grace is over, once for each end; returns for how many.

    The panel ends access by itself at the date it was given; it is told all the same, because a date that was never
    delivered would leave the door open. The row that tells the customer is written here and sent when people are awake.
    """
    moment = now()
    over = moment - timedelta(days=settings.GRACE_DAYS)
    ended = Reminder.objects.filter(
        subscription=OuterRef("pk"), ends_at=OuterRef("expires_at"), kind=Reminder.Kind.ENDED
    )
    lapsed = Subscription.objects.filter(
        ending(Customer.Kind.TELEGRAM, over) | ending(Customer.Kind.PARTNER, moment),
        ~Exists(ended),
    ).order_by("expires_at")
    return sum(_end(subscription) for subscription in lapsed[:limit])


def _end(subscription: Subscription) -> int:
    with transaction.atomic():
        _row, created = Reminder.objects.get_or_create(
            subscription=subscription,
            ends_at=subscription.expires_at,
            kind=Reminder.Kind.ENDED,
        )
        if created:
            outbox.publish(
                "subscription.ended",
                {"subscription_id": subscription.pk},
                key=f"ended:{subscription.pk}:{subscription.expires_at.isoformat()}",
                case=f"customer:{subscription.customer_id}",
            )
    return int(created)
