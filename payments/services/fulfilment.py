"""Giving what was bought: the panel follows the subscription, never the other way round."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction

from integrations.clock import now
from integrations.errors import IntegrationError
from integrations.remnawave.client import get_panel
from integrations.services import outbox
from payments.models import Customer, DayEntry, Gift, Payment, Subscription
from payments.services import days
from payments.services.locks import lock_customers

log = structlog.get_logger(__name__)

BATCH = 500
LONGEST_GRACE = timedelta(days=31)  # settings.GRACE_DAYS is at most 30
ROUNDS = 5  # a subscription that changes under our hands is written again, at most so often


def grant_access(*, payment_id: int) -> None:
    """Reaction to money in: the panel knows the new end, the customer may have the link.

    Idempotent. Raises what the panel raised, after telling the customer once that access is on its way.
    """
    payment = Payment.objects.select_related("customer__subscription").get(pk=payment_id)
    if payment.access == Payment.Access.GRANTED:
        return
    if Gift.objects.filter(payment=payment).exists():  # its link is what the payer bought
        _set_access(payment, Payment.Access.GRANTED, topic="gift.ready")
        return
    if payment.customer.is_partner:  # the term itself is what was bought; nothing on the panel
        _set_access(payment, Payment.Access.GRANTED, topic="plan.active")
        return
    try:
        sync_subscription(subscription_id=payment.customer.subscription.pk)
    except IntegrationError:
        _set_access(payment, Payment.Access.FAILING, topic="access.delayed")
        raise
    _set_access(payment, Payment.Access.GRANTED, topic="access.granted")


def open_access(*, entry_id: int) -> None:
    """Reaction to days that came without a payment of their owner's: the panel first, then the link. Idempotent."""
    entry = DayEntry.objects.select_related("subscription").get(pk=entry_id)
    sync_subscription(subscription_id=entry.subscription_id)
    with transaction.atomic():
        outbox.publish(
            "days.ready",
            {"entry_id": entry.pk},
            key=f"days.ready:{entry.pk}",
            case=f"customer:{entry.subscription.customer_id}",
        )


def _set_access(payment: Payment, access: Payment.Access, *, topic: str) -> None:
    with transaction.atomic():
        fields: dict[str, object] = {"access": access}
        if access == Payment.Access.GRANTED:
            fields["access_at"] = now()
        Payment.objects.filter(pk=payment.pk).update(**fields)
        outbox.publish(
            topic, {"payment_id": payment.pk}, key=f"{topic}:{payment.pk}", case=payment.case
        )


def sync_subscription(*, subscription_id: int) -> None:
    """Make the panel show this subscription's end, days of grace included. A partner's is no business of the panel's.

    Idempotent; safe beside another sync of the same customer.
    """
    for _round in range(ROUNDS):
        subscription = Subscription.objects.select_related("customer").get(pk=subscription_id)
        telegram_id, wanted = subscription.customer.telegram_id, subscription.expires_at
        if subscription.customer.is_partner or telegram_id is None:
            return
        try:
            user = get_panel().ensure_user(
                telegram_id=telegram_id,
                expires_at=subscription.access_ends_at,
                known=bool(subscription.panel_id),
            )
        except IntegrationError as error:
            Subscription.objects.filter(pk=subscription_id).update(panel_error=str(error)[:300])
            raise
        Subscription.objects.filter(pk=subscription_id).update(
            panel_username=user.username,
            panel_id=user.remote_id,
            access_url=user.subscription_url,
            panel_expires_at=wanted,
            panel_grace_days=settings.GRACE_DAYS,
            panel_synced_at=now(),
            panel_error="",
        )
        if Subscription.objects.filter(pk=subscription_id, expires_at=wanted).exists():
            return
    log.warning("access.restless", subscription=subscription_id)


def republish_unsynced() -> int:
    """Net under the reactions: every subscription the panel does not follow gets one more chance.

    So does every one it follows by another number of days of grace, unless its access ended long ago.
    """
    on_panel = Subscription.objects.filter(customer__kind=Customer.Kind.TELEGRAM)
    behind = on_panel.filter(
        ~models.Q(panel_expires_at=models.F("expires_at")) | models.Q(panel_expires_at=None)
    ).only("pk", "customer_id", "expires_at")
    other_grace = (
        on_panel.filter(expires_at__gt=now() - LONGEST_GRACE)
        .exclude(panel_grace_days=settings.GRACE_DAYS)
        .exclude(panel_expires_at=None)
        .only("pk", "customer_id", "expires_at")
    )
    count = 0
    for subscription in [*behind[:BATCH], *other_grace[:BATCH]]:
        end = f"{subscription.expires_at.isoformat()}:{settings.GRACE_DAYS}"
        with transaction.atomic():
            outbox.publish(
                "subscription.changed",
                {"subscription_id": subscription.pk},
                key=f"sync:{subscription.pk}:{end}",
                case=f"customer:{subscription.customer_id}",
            )
        count += 1
    return count


def give_access(*, payment_id: int, reason: str, staff: AbstractBaseUser) -> None:
    """Staff give what a payment was for, whatever its state; zero money, with a reason, once per payment."""
    with transaction.atomic():
        payment = Payment.objects.select_related("customer").get(pk=payment_id)
        lock_customers([payment.customer_id])
        payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
        if not days.standing(payment) and not Gift.objects.filter(payment=payment).exists():
            days.grant_for_payment(payment, reason=reason, staff=staff)
        Payment.objects.filter(pk=payment_id).update(access=Payment.Access.GRANTING)
        outbox.publish(
            "access.ordered",
            {"payment_id": payment.pk},
            key=f"access.ordered:{payment.pk}:{now().timestamp()}",
            case=payment.case,
        )


def mark_link_sent(*, payment_id: int) -> None:
    """The customer has the link of this payment: the last step of its progress line."""
    Payment.objects.filter(pk=payment_id, link_sent_at=None).update(link_sent_at=now())
