"""Subscriptions a provider charges by itself: begun with a card we keep, followed by its news, ended at once.

Each charge is a payment of its own that goes the one path. It is opened at the charge's first news, once for each
money movement: Payment.renewal_key says which.
"""

from __future__ import annotations

from dataclasses import replace

import structlog
from django.conf import settings
from django.db import transaction

from integrations.clock import now
from integrations.services import outbox
from payments.abilities import RunsSubscriptions, SubscribesPayers, SubscriptionFacts
from payments.errors import UnknownPayment
from payments.models import AutoRenewal, Payment, PaymentEvent, ProviderSubscription, Subscription
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Verdict
from payments.registry import UnknownProvider, get_provider
from payments.services import renewals
from payments.services.locks import lock_customers
from payments.services.transitions import MONEY_IS_IN, find_payment

log = structlog.get_logger(__name__)

Status = ProviderSubscription.Status
CHARGING = (Status.ACTIVE, Status.PAST_DUE)


def payment_of_charge(
    *, provider: str, event: ProviderEvent
) -> tuple[ProviderEvent, Payment] | None:
    """The payment that one charge of a subscription of ours pays, opened where it is new.

    None for everything else: also for the first charge, where it pays the order the subscription began with. The
    event comes back without the names that belong to that order.
    """
    if not event.subscription or event.kind is not EventKind.PAID:
        return None
    running = (
        ProviderSubscription.objects.select_related("customer", "plan")
        .filter(provider=provider, external_id=event.subscription)
        .first()
    )
    if running is None or _pays_its_order(provider, event):
        return None
    key = f"charge:{running.pk}:{event.operation or event.event_id}"[:100]
    taken = Payment.objects.filter(provider=provider, external_id=event.external_id)
    own_id = "" if taken.exclude(renewal_key=key).exists() else event.external_id
    payment, _fresh = Payment.objects.get_or_create(
        renewal_key=key,
        defaults={
            "customer": running.customer,
            "plan": running.plan,
            "length": running.plan.length,
            "unit": running.plan.unit,
            "provider": provider,
            "external_id": own_id,
            "amount": running.amount,
            "currency": running.currency,
        },
    )
    return replace(event, reference="", external_id=own_id), payment


def payment_of_refund(
    *, provider: str, event: ProviderEvent
) -> tuple[ProviderEvent, Payment] | None:
    """The charge a refund gives back, where the refund names only the order its subscription began with."""
    if event.kind is not EventKind.REFUNDED or not event.operation:
        return None
    payment = Payment.objects.filter(provider=provider, external_id=event.operation).first()
    if payment is None or event.external_id == event.operation:
        return None
    return replace(event, reference="", external_id=event.operation), payment


def is_only_an_attempt(*, provider: str, event: ProviderEvent) -> bool:
    """Whether this tells of a charge of a subscription of ours that gave no money: the status tells the rest."""
    if not event.subscription or event.kind in (EventKind.PAID, EventKind.REFUNDED):
        return False
    return _ours(provider, event.subscription) is not None


def answer_check(*, provider: str, event: ProviderEvent) -> Verdict | None:
    """Whether a subscription may be charged; None where the question is not about one of ours."""
    if not event.subscription:
        return None
    running = _ours(provider, event.subscription)
    if running is None:
        return None
    if running.status not in CHARGING:
        return Verdict.NOT_PAYABLE
    fits = event.money == Money(running.amount, running.currency)
    return Verdict.ACCEPT if fits else Verdict.WRONG_AMOUNT


def follow_status(*, provider: str, event: ProviderEvent) -> str:
    """What a subscription has become, confirmed by the provider. What ended here stays ended. Returns the outcome."""
    running = (
        ProviderSubscription.objects.select_for_update()
        .filter(provider=provider, external_id=event.subscription)
        .first()
    )
    if running is None:
        return "no subscription of ours"
    status = Status(event.subscription_status)
    if running.status == status or running.status not in CHARGING:
        return "kept"
    running.status, running.changed_at = status, now()
    running.save(update_fields=["status", "changed_at"])
    if status != Status.ACTIVE:
        outbox.publish(
            "subscription.stopped" if status not in CHARGING else "subscription.past_due",
            {"subscription_id": running.pk},
            key=f"subscription:{status.value}:{running.pk}:{running.changed_at.isoformat()}",
            case=f"customer:{running.customer_id}",
        )
    return status.value


def begin(*, renewal_id: int) -> None:
    """Reaction to a renewal that was switched on: let the provider charge, where the owner wants it so.

    Idempotent. After an unclear outcome the provider's own list is asked before anything is created again. Raises
    the provider's IntegrationErrors.
    """
    renewal = AutoRenewal.objects.select_related("customer", "plan", "method").get(pk=renewal_id)
    provider = _running_provider(renewal.method.provider)
    end = Subscription.objects.filter(customer=renewal.customer).values_list(
        "expires_at", flat=True
    )
    starts_at = renewals.charge_moment(found) if (found := end.first()) else None
    if provider is None or starts_at is None or not _is_to_begin(renewal) or starts_at <= now():
        return
    money = Money(renewal.amount, renewal.currency)
    facts = _begun_before(provider, renewal, money) or provider.create_subscription(
        reference=f"renewal-{renewal.pk}-{renewal.enabled_at:%Y%m%d%H%M%S}",
        token=renewal.method.token,
        payer_id=renewal.customer.payer_id,
        money=money,
        description=renewal.plan.title(renewal.customer.language),
        starts_at=starts_at,
        length=renewal.plan.length,
        unit=renewal.plan.unit,
    )
    with transaction.atomic():
        lock_customers([renewal.customer_id])
        running, fresh = ProviderSubscription.objects.get_or_create(
            provider=renewal.method.provider,
            external_id=facts.external_id,
            defaults={
                "customer": renewal.customer,
                "plan": renewal.plan,
                "amount": money.amount,
                "currency": money.currency,
            },
        )
        wanted = renewals.switch_off_locked(
            customer_id=renewal.customer_id, reason=renewals.Reason.HANDED_OVER
        )
        if fresh and not wanted:  # switched off while the provider was asked
            _cancel_locked(running)


def stop_renewing(*, customer_id: int, reason: renewals.Reason, note: str = "") -> bool:
    """Charge nothing more, neither we nor the provider; False where nothing was on."""
    with transaction.atomic():
        lock_customers([customer_id])
        stopped = renewals.switch_off_locked(customer_id=customer_id, reason=reason, note=note)
        rows = ProviderSubscription.objects.select_for_update()
        for running in rows.filter(customer_id=customer_id, status__in=CHARGING):
            _cancel_locked(running)
            stopped = True
    return stopped


def stop_after_refund(*, payment_id: int) -> None:
    """Reaction to money given back whole: nothing is charged before the customer buys again."""
    payment = Payment.objects.get(pk=payment_id)
    stop_renewing(customer_id=payment.customer_id, reason=renewals.Reason.REFUND)


def cancel_at_provider(*, subscription_id: int) -> None:
    """Reaction: the provider learns that the customer wants no more charges. Raises its IntegrationErrors."""
    running = ProviderSubscription.objects.get(pk=subscription_id)
    provider = get_provider(running.provider)
    if isinstance(provider, SubscribesPayers) and not isinstance(provider, RunsSubscriptions):
        provider.cancel_subscription(running.external_id)
        return
    if not isinstance(provider, RunsSubscriptions):
        log.warning("subscription.nobody_cancels", provider=running.provider)
        return
    if provider.find_subscription(running.external_id).status in CHARGING:
        provider.cancel_subscription(running.external_id)


def _pays_its_order(provider: str, event: ProviderEvent) -> bool:
    """Whether the order this event names is waiting for this very money."""
    try:
        payment = find_payment(provider=provider, event=event)
    except UnknownPayment:
        return False
    if (payment.renewal_key or "").startswith("charge:"):
        return False
    if payment.status not in MONEY_IS_IN:
        return True
    told = PaymentEvent.objects.filter(payment=payment, kind=EventKind.PAID.value)
    return told.filter(operation=event.operation).exists()


def _ours(provider: str, external_id: str) -> ProviderSubscription | None:
    return ProviderSubscription.objects.filter(provider=provider, external_id=external_id).first()


def _running_provider(slug: str) -> RunsSubscriptions | None:
    """The provider, where the owner lets it charge by itself and it can."""
    try:
        provider = get_provider(slug)
    except UnknownProvider:
        return None
    if slug in settings.RENEWALS_BY_PROVIDER and isinstance(provider, RunsSubscriptions):
        return provider
    return None


def _is_to_begin(renewal: AutoRenewal) -> bool:
    running = ProviderSubscription.objects.filter(customer=renewal.customer, status__in=CHARGING)
    return renewal.is_on and renewal.method.revoked_at is None and not running.exists()


def _begun_before(
    provider: RunsSubscriptions, renewal: AutoRenewal, money: Money
) -> SubscriptionFacts | None:
    """A subscription of this payer that an unanswered call of ours may have made."""
    for facts in provider.find_subscriptions(payer_id=renewal.customer.payer_id):
        known = _ours(renewal.method.provider, facts.external_id)
        if known is None and facts.status == Status.ACTIVE and facts.money == money:
            return facts
    return None


def _cancel_locked(running: ProviderSubscription) -> None:
    running.status, running.changed_at = Status.CANCELED, now()
    running.save(update_fields=["status", "changed_at"])
    outbox.publish(
        "subscription.cancel",
        {"subscription_id": running.pk},
        key=f"subscription.cancel:{running.pk}",
        case=f"customer:{running.customer_id}",
    )
