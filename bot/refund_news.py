"""News about refunds, for the customer and for staff: reactions of project/reactions.py. Each says its thing once."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.by_post import Post
from bot.keyboards import keyboard, link
from bot.messenger import Letter, WhenUnsure, send_once
from bot.models import Message
from bot.rendering import Screen, render
from bot.screens import refunds
from payments.formats import money
from payments.models import Refund


def payment_partly_refunded(*, payment_id: int, refund_id: int) -> None:
    """A part of the money has gone back. Where we did not send it, staff have an incident to decide about."""
    refund = _refund(refund_id)
    _tell(refund, "done", refunds.news(refund.payment.customer, refund))


def refund_rejected(*, refund_id: int) -> None:
    refund = _refund(refund_id)
    _tell(refund, "rejected", refunds.news(refund.payment.customer, refund))


def staff_refund_requested(*, refund_id: int) -> None:
    """A customer waits for a decision. Not said any more once there is one."""
    refund = _refund(refund_id)
    if refund.status == Refund.Status.REQUESTED:
        _tell_staff(refund, "requested")


def staff_refund_second(*, refund_id: int) -> None:
    refund = _refund(refund_id)
    if refund.status == Refund.Status.SECOND:
        _tell_staff(refund, "second")


def staff_refund_failed(*, refund_id: int) -> None:
    refund = _refund(refund_id)
    if refund.status == Refund.Status.FAILED:
        _tell_staff(refund, "failed")


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


def _tell_staff(refund: Refund, what: str) -> None:
    """Needs a person: better twice than never."""
    if not settings.STAFF_CHAT_ID:
        return
    send_once(
        Letter(
            key=f"staff:refund:{what}:{refund.pk}",
            kind=Message.Kind.STAFF,
            chat_id=int(settings.STAFF_CHAT_ID),
            screen=_card(refund, what),
            when_unsure=WhenUnsure.REPEAT,
            payment=refund.payment,
        )
    )


def _card(refund: Refund, what: str) -> Screen:
    address = f"{settings.PUBLIC_URL}/admin/payments/refund/{refund.pk}/change/"
    with override(settings.LANGUAGE_CODE):
        return Screen(
            text=render(
                "staff/refund_news",
                what=what,
                refund=refund,
                payment=refund.payment,
                amount=money(refund.amount, refund.currency),
            ),
            keyboard=keyboard([link(_("Открыть в админке"), address)]),
        )
