"""Money that the provider has and has not told us of: what the customer can do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import keyboard, press
from bot.rendering import Screen, for_customer, render
from payments.formats import money
from payments.models import Customer, Payment


@for_customer
def show(customer: Customer, payment: Payment) -> Screen:
    return Screen(
        text=render("found", payment=payment, amount=money(payment.amount, payment.currency)),
        keyboard=keyboard(
            [press(_("✅ Проверить оплату"), to.Check(payment.pk))],
            [press(_("🧾 Подробнее"), to.PaymentCard(payment.pk)), press(_("← Меню"), to.Menu())],
        ),
        payment_id=payment.pk,
    )
