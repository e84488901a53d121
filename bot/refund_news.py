"""News about refunds for the customer: reactions of project/reactions.py. Each says its thing once."""

from __future__ import annotations

from bot.by_post import Post
from bot.messenger import Letter, WhenUnsure, send_once
from bot.models import Message
from bot.rendering import Screen
from bot.screens import refunds
from payments.models import Refund


def payment_partly_refunded(*, payment_id: int, refund_id: int) -> None:
    """A part of the money has gone back. Where we did not send it, staff have an incident to decide about."""
    refund = _refund(refund_id)
    _tell(refund, "done", refunds.news(refund.payment.customer, refund))


def refund_rejected(*, refund_id: int) -> None:
    refund = _refund(refund_id)
    _tell(refund, "rejected", refunds.news(refund.payment.customer, refund))


def _refund(refund_id: int) -> Refund:
    refunds_with_all = Refund.objects.select_related("payment__customer", "payment__plan")
    return refunds_with_all.get(pk=refund_id)


def _tell(refund: Refund, what: str, screen: Screen) -> None:
    """A second copy says the same again and does no harm."""
    customer = refund.payment.customer
    if customer.blocked_bot_at is not None:
        return
    send_once(
        Letter(
            key=f"refund:{what}:{refund.pk}",
            kind=Message.Kind.REFUNDED,
            chat_id=customer.telegram_id,
            screen=screen,
            when_unsure=WhenUnsure.REPEAT,
            customer=customer,
            payment=refund.payment,
            post=Post(
                what=f"refund_{what}",
                facts={
                    "sum": refund.money,
                    "reason": refund.reason,
                    "days": refund.days,
                },
            ),
        )
    )
