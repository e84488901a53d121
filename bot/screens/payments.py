"""My payments: the list, and the card of one with its progress line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.deep_links import gift_link
from bot.keyboards import Button, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from bot.screens import refunds
from bot.screens.gifts import share_rows
from payments import selectors
from payments.formats import money
from payments.models import Customer, Gift, Payment
from payments.services import refund_rules
from payments.services.ways import method_label

Status = Payment.Status

SIGNS: dict[str, str] = {
    Status.CREATED: "🕓",
    Status.PENDING: "🕓",
    Status.PAID: "✅",
    Status.PARTLY_REFUNDED: "↩️",
    Status.REFUNDED: "↩️",
    Status.FAILED: "❌",
    Status.CANCELED: "❌",
    Status.EXPIRED: "⚠️",
    Status.REVIEW: "⚠️",
}
CHECKABLE = (*Payment.OPEN, Status.CANCELED, Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way from the invoice to the link; `at` is empty while it is ahead."""

    name: str
    at: datetime | None


@for_customer
def history(customer: Customer) -> Screen:
    payments = list(selectors.recent_payments(customer.pk))
    buttons: list[list[Button | None]] = [
        [press(_line(payment), to.PaymentCard(payment.pk))] for payment in payments
    ]
    waiting: list[list[Button | None]] = [
        [press(_gift_line(gift), to.PaymentCard(gift.payment_id))]
        for gift in selectors.waiting_gifts(customer.pk)
    ]
    why = press(_("Почему до этой даты?"), to.TermStory()) if payments else None
    buy = None if payments else press(_("💳 Выбрать тариф"), to.Plans())
    return Screen(
        text=render("payments", payments=payments),
        keyboard=keyboard(*waiting, *buttons, [buy], [why], [press(_("← Меню"), to.Menu())]),
    )


@for_customer
def card(customer: Customer, payment_id: int, bot_username: str) -> Screen | None:
    """None for a payment that is not this customer's."""
    payment = selectors.payment_of(payment_id=payment_id, customer_id=customer.pk)
    if payment is None:
        return None
    gift = selectors.gift_of(payment_id=payment.pk) if selectors.has_gift(payment) else None
    waits = gift is not None and gift.status == Gift.Status.WAITING
    address = gift_link(bot_username, gift.token) if gift is not None and waits else ""
    check = press(_("✅ Проверить оплату"), to.Check(payment.pk))
    refund = refund_rules.latest_refund_of(payment)
    connect = press(_("🔑 Подключиться"), to.Connect())
    return Screen(
        text=render(
            "payment_card",
            payment=payment,
            sign=SIGNS[payment.status],
            amount=money(payment.amount, payment.currency),
            method=method_label(payment.provider, payment.method),
            plan=payment.plan.title(customer.language),
            steps=progress(payment),
            refund_line=refunds.state_line(refund) if refund else "",
            gift=gift,
            gift_link=address,
        ),
        keyboard=keyboard(
            [press(_("Открыть счёт"), to.ShowPayment(payment.pk)) if payment.is_open else None],
            [check if payment.status in CHECKABLE else None],
            *(share_rows(address) if address else []),
            [connect if payment.access == Payment.Access.GRANTED and gift is None else None],
            [refunds.button(payment)],
            [link(_("Написать в поддержку"), settings.SUPPORT_URL)],
            [press(_("← Мои платежи"), to.Payments()), press(_("← Меню"), to.Menu())],
        ),
        secret=gift.token if gift is not None and waits else "",
    )


def progress(payment: Payment) -> list[Step]:
    """Created, at the provider, confirmed, access given, link sent."""
    return [
        Step(_("создан"), payment.created_at),
        Step(_("у платёжной системы"), payment.opened_at),
        Step(_("подтверждён"), payment.paid_at),
        Step(_("доступ выдан"), payment.access_at),
        Step(_("ссылка отправлена"), payment.link_sent_at),
    ]


def _gift_line(gift: Gift) -> str:
    return _("🎁 Подарок ждёт получателя · № %(number)s") % {"number": gift.payment_id}


def _line(payment: Payment) -> str:
    date = date_format(localtime(payment.created_at), "j E")
    amount = money(payment.amount, payment.currency)
    gift = " 🎁" if payment.purpose == Payment.Purpose.GIFT else ""
    return f"{SIGNS[payment.status]} № {payment.number} · {amount} · {date}{gift}"
