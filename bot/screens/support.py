"""Help, and short answers to what people write in their own words."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot import callback_data as to
from bot.free_text import Intent
from bot.keyboards import Button, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from bot.screens import access, invoice, promo, purchase, referral, refunds
from payments import selectors
from payments.models import Customer


@for_customer
def help_screen(customer: Customer) -> Screen:
    return Screen(
        text=render("help"),
        keyboard=keyboard(
            [_support()],
            [press(_("🧾 Мои платежи"), to.Payments()), press(_("🌐 Язык"), to.Languages())],
            [press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def pay_support(customer: Customer) -> Screen:
    """/paysupport and /refund: the payments to give back, and what to do about another question."""
    refundable = refunds.choices(customer)
    return Screen(
        text=render(
            "paysupport",
            payment=selectors.recent_payments(customer.pk, limit=1).first(),
            refundable=refundable,
        ),
        keyboard=keyboard(
            *refundable,
            [_support()],
            [press(_("🧾 Мои платежи"), to.Payments()), press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def answer(customer: Customer, intent: Intent, bot_username: str) -> Screen:
    """The short answer to a free text, with the buttons it calls for."""
    if intent is Intent.LINK:
        return access.connect(customer)
    if intent is Intent.PLANS:
        return purchase.plans(customer)
    if intent is Intent.INVITE:
        return referral.invite(customer, bot_username)
    if intent is Intent.PROMO:
        return promo.ask(customer)
    if intent is Intent.PAID:
        return paid(customer)
    if intent is Intent.REFUND:
        return pay_support(customer)
    if intent is Intent.TROUBLE:
        return trouble(customer)
    return unclear(customer)


@for_customer
def paid(customer: Customer) -> Screen:
    """«Я оплатил»: the invoice in question, ready to be checked."""
    payment = (
        selectors.open_payment_of(customer.pk) or selectors.recent_payments(customer.pk).first()
    )
    if payment is None:
        return Screen(
            text=render("no_payments_yet"),
            keyboard=keyboard(
                [press(_("💳 Выбрать тариф"), to.Plans())],
                [_support()],
            ),
        )
    return invoice.payment_now(customer, payment.pk) or unclear(customer)


@for_customer
def trouble(customer: Customer) -> Screen:
    state = selectors.access_of(customer.pk)
    return Screen(
        text=render("trouble", access=state),
        keyboard=keyboard(
            [press(_("🔑 Подключиться"), to.Connect()), press(_("➕ Продлить"), to.Plans())],
            [_support()],
            [press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def unclear(customer: Customer) -> Screen:
    return Screen(
        text=render("unclear"),
        keyboard=keyboard([_support()], [press(_("← Меню"), to.Menu())]),
    )


def _support() -> Button | None:
    return link(_("Написать в поддержку"), settings.SUPPORT_URL)


def apology(language: str, case: str) -> Screen:
    """Something broke. Asks nothing of the database: that may be what broke."""
    with override("ru" if language.startswith("ru") else "en"):
        return Screen(
            text=render("error", case=case),
            keyboard=keyboard([_support()], [press(_("← Меню"), to.Menu())]),
        )
