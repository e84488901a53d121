"""News about charging without the customer: what will be charged, what failed, what was switched off."""

from __future__ import annotations

from bot import messenger
from bot.messenger import Letter, WhenUnsure
from bot.models import Message
from bot.rendering import Screen
from bot.screens import renewal
from payments.models import Customer
from payments.services.renewal_view import (
    customer_of_renewal,
    payment_with_customer,
    provider_subscription,
)

Kind = Message.Kind


def renewal_upcoming(*, renewal_id: int, end: str) -> None:
    """Before a charge. Not said any more where it was switched off, or the term has changed, meanwhile."""
    customer = customer_of_renewal(renewal_id)
    screen = renewal.upcoming(customer, end)
    if screen is not None:
        _tell(customer, f"upcoming:{renewal_id}:{end[:16]}", screen, WhenUnsure.REPEAT)


def renewal_declined(*, payment_id: int) -> None:
    payment = payment_with_customer(payment_id)
    screen = renewal.declined(payment.customer, payment)
    _tell(payment.customer, f"declined:{payment_id}", screen, WhenUnsure.REPEAT)


def renewal_off(*, renewal_id: int, reason: str, at: str) -> None:
    customer = customer_of_renewal(renewal_id)
    screen = renewal.off(customer, reason)
    _tell(customer, f"off:{renewal_id}:{reason}:{at[:19]}", screen, WhenUnsure.REPEAT)


def subscription_past_due(*, subscription_id: int) -> None:
    running = provider_subscription(subscription_id)
    screen = renewal.past_due(running.customer, running)
    stamp = f"{running.changed_at:%Y%m%d%H%M%S}"
    _tell(running.customer, f"pastdue:{subscription_id}:{stamp}", screen, WhenUnsure.LEAVE)


def subscription_stopped(*, subscription_id: int) -> None:
    running = provider_subscription(subscription_id)
    screen = renewal.stopped(running.customer)
    _tell(running.customer, f"stopped:{subscription_id}", screen, WhenUnsure.REPEAT)


def _tell(customer: Customer, fact: str, screen: Screen, when_unsure: WhenUnsure) -> None:
    if customer.blocked_bot_at is not None:
        return
    messenger.send_once(
        Letter(
            key=f"{Kind.RENEWAL}:{fact}"[:80],
            kind=Kind.RENEWAL,
            chat_id=customer.telegram_id,
            screen=screen,
            when_unsure=when_unsure,
            customer=customer,
        )
    )
