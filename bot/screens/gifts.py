"""Gifts: the link for the payer, what opening it says, and the message that brings the access of given days."""

from __future__ import annotations

from django.utils.translation import gettext as _
from telegram import InlineKeyboardMarkup

from bot import callback_data as to
from bot.deep_links import gift_link, share_link
from bot.keyboards import Button, copy, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from bot.screens import access
from payments import selectors
from payments.models import Customer, DayEntry, Gift
from payments.services.gifts import Claim


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


@for_customer
def offer(customer: Customer, gift: Gift | None) -> Screen:
    """What a gift's link brings, before it is taken: nobody takes a gift by looking at it."""
    if gift is None or gift.status != Gift.Status.WAITING:
        state = _state(customer, gift)
        return Screen(text=render("gift_claim", state=state), keyboard=_after(state))
    return Screen(
        text=render(
            "gift_offer",
            plan=gift.payment.plan.title(customer.language),
            mine=gift.payment.customer_id == customer.pk,
        ),
        keyboard=keyboard(
            [press(_("🎁 Получить подарок"), to.ClaimGift(gift.token))],
            [press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def claim_result(customer: Customer, claim: Claim, gift: Gift | None) -> Screen:
    """What came of taking it. The access link comes in a message of its own."""
    return Screen(
        text=render(
            "gift_claim",
            state=claim.value,
            plan=gift.payment.plan.title(customer.language) if gift else "",
            access=selectors.access_of(customer.pk),
        ),
        keyboard=_after(claim.value),
    )


def _state(customer: Customer, gift: Gift | None) -> str:
    """Why a gift cannot be taken, in the words of `Claim`."""
    if gift is None:
        return Claim.UNKNOWN.value
    if gift.status == Gift.Status.REVOKED:
        return Claim.REVOKED.value
    return (Claim.YOURS if gift.claimed_by_id == customer.pk else Claim.TAKEN).value


def _after(state: str) -> InlineKeyboardMarkup:
    has_access = state in (Claim.RECEIVED, Claim.YOURS)
    return keyboard(
        [
            press(_("🔑 Подключиться"), to.Connect())
            if has_access
            else press(_("💳 Выбрать тариф"), to.Plans())
        ],
        [press(_("← Меню"), to.Menu())],
    )
