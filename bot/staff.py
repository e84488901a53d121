"""News for staff, in their Telegram group. Without STAFF_CHAT_ID nobody is told; the admin shows it all anyway."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.keyboards import keyboard, link
from bot.messenger import Letter, WhenUnsure, send_once
from bot.models import Message
from bot.rendering import Screen, render
from payments.formats import money
from payments.models import Payment
from payments.registry import provider_label


def staff_payment_paid(*, payment_id: int) -> None:
    """A second copy would look like a second sale."""
    _tell("payment_paid", payment_id, WhenUnsure.LEAVE)


def staff_payment_held(*, payment_id: int) -> None:
    """Needs a person: better twice than never."""
    _tell("payment_held", payment_id, WhenUnsure.REPEAT)


def staff_access_delayed(*, payment_id: int) -> None:
    """Needs a person: better twice than never."""
    _tell("access_delayed", payment_id, WhenUnsure.REPEAT)


def _tell(what: str, payment_id: int, when_unsure: WhenUnsure) -> None:
    if not settings.STAFF_CHAT_ID:
        return
    payment = Payment.objects.select_related("customer__subscription", "plan").get(pk=payment_id)
    send_once(
        Letter(
            key=f"staff:{what}:{payment_id}",
            kind=Message.Kind.STAFF,
            chat_id=int(settings.STAFF_CHAT_ID),
            screen=_card(what, payment),
            when_unsure=when_unsure,
            payment=payment,
        )
    )


def _card(what: str, payment: Payment) -> Screen:
    """In the installation's own language; no link and no requisites, only where to look."""
    with override(settings.LANGUAGE_CODE):
        return Screen(
            text=render(
                f"staff/{what}",
                payment=payment,
                provider=provider_label(payment.provider),
                amount=money(payment.amount, payment.currency),
                subscription=getattr(payment.customer, "subscription", None),
            ),
            keyboard=keyboard([link(_("Открыть в админке"), admin_address(payment))]),
        )


def admin_address(payment: Payment) -> str:
    return f"{settings.PUBLIC_URL}/admin/payments/payment/{payment.pk}/change/"
