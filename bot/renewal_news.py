"""News about charging without the customer: what will be charged, what failed, what was switched off."""

from __future__ import annotations

from bot import messenger
from bot.by_post import Post
from bot.messenger import Letter, WhenUnsure
from bot.models import Message
from bot.rendering import Screen
from bot.screens import renewal
from payments.models import Customer, Payment
from payments.money import Money
from payments.services.renewal_view import (
    customer_of_renewal,
    payment_with_customer,
    provider_subscription,
    renewal_of,
)

Kind = Message.Kind


def renewal_upcoming(*, renewal_id: int, end: str) -> None:
    """Before a charge. Not said any more where it was switched off, or the term has changed, meanwhile."""
    customer = customer_of_renewal(renewal_id)
    screen = renewal.upcoming(customer, end)
    if screen is not None:
        key, post = f"upcoming:{renewal_id}:{end[:16]}", _post(customer, "renewal_upcoming")
        _tell(customer, key, screen, WhenUnsure.REPEAT, post)


def renewal_declined(*, payment_id: int) -> None:
    payment = payment_with_customer(payment_id)
    screen = renewal.declined(payment.customer, payment)
    post = _post(payment.customer, "renewal_declined", charged=payment)
    _tell(payment.customer, f"declined:{payment_id}", screen, WhenUnsure.REPEAT, post)


def renewal_off(*, renewal_id: int, reason: str, at: str) -> None:
    customer = customer_of_renewal(renewal_id)
    screen = renewal.off(customer, reason)
    post = _post(customer, "renewal_off", reason=reason)
    _tell(customer, f"off:{renewal_id}:{reason}:{at[:19]}", screen, WhenUnsure.REPEAT, post)


def subscription_past_due(*, subscription_id: int) -> None:
    running = provider_subscription(subscription_id)
    screen = renewal.past_due(running.customer, running)
    stamp = f"{running.changed_at:%Y%m%d%H%M%S}"
    post = _post(running.customer, "past_due", plan_id=running.plan_id)
    _tell(running.customer, f"pastdue:{subscription_id}:{stamp}", screen, WhenUnsure.LEAVE, post)


def subscription_stopped(*, subscription_id: int) -> None:
    running = provider_subscription(subscription_id)
    screen = renewal.stopped(running.customer)
    post = _post(running.customer, "stopped", plan_id=running.plan_id)
    _tell(running.customer, f"stopped:{subscription_id}", screen, WhenUnsure.REPEAT, post)


def _post(
    customer: Customer,
    what: str,
    *,
    reason: str = "",
    plan_id: int | None = None,
    charged: Payment | None = None,
) -> Post | None:
    """The same news for a payer without a chat; nothing is asked for one who has it."""
    view = renewal_of(customer.pk) if customer.telegram_id is None else None
    if view is None:
        return None
    price = Money(view.amount if view.price is None else view.price, view.currency)
    if charged is not None:
        plan_id = charged.plan_id
    return Post(
        what=what,
        plan_id=plan_id or (view.plan_id if reason else None),
        facts={
            "reason": reason,
            "sum": price,
            "price": price,
            "at": view.charge_at if view.is_on else None,
            "card": view.card,
            "title": view.plan,
            "number": charged.number if charged else None,
            "amount": charged.money if charged else None,
        },
    )


def _tell(
    customer: Customer, fact: str, screen: Screen, when_unsure: WhenUnsure, post: Post | None
) -> None:
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
            post=post,
        )
    )
