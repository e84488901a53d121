"""Gifts: the link for the payer, what opening it says, and the message that brings the access of given days."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.deep_links import gift_link, share_link
from bot.keyboards import Button, copy, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from bot.screens import access
from payments import selectors
from payments.models import Customer, DayEntry, Gift


@for_customer
def ready(customer: Customer, gift: Gift, bot_username: str) -> Screen:
    """The paid gift and its link. Whoever has the link has the gift, so the journal leaves it out."""
    address = gift_link(bot_username, gift.token)
    return Screen(
        text=render(
            "gift_ready",
            gift=gift,
            plan=gift.payment.plan.title(customer.language),
            link=address,
        ),
        keyboard=keyboard(
            *share_rows(address),
            [press(_("🧾 Мои платежи"), to.Payments()), press(_("← Меню"), to.Menu())],
        ),
        secret=gift.token,
    )


@for_customer
def claimed(customer: Customer, gift: Gift) -> Screen:
    """News for the payer. The receiver is not named: that is his own business."""
    return Screen(
        text=render("gift_claimed", gift=gift, plan=gift.payment.plan.title(customer.language)),
        keyboard=keyboard([press(_("← Меню"), to.Menu())]),
    )


@for_customer
def days_ready(customer: Customer, entry: DayEntry) -> Screen:
    """The link that days without a payment open."""
    view = selectors.access_of(customer.pk)
    return access.with_link(
        render("days_ready", access=view, kind=entry.kind, days=round(entry.days)), view
    )


def share_rows(address: str) -> list[list[Button | None]]:
    """Send the gift's link to a chat, or copy it."""
    share = share_link(address, _("Вам подарок: доступ уже оплачен. Откройте ссылку в Telegram."))
    return [[link(_("🎁 Отправить подарок"), share)], [copy(_("Скопировать ссылку"), address)]]
