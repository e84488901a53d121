"""Inviting friends."""

from __future__ import annotations

from urllib.parse import urlencode

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import copy, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from payments import selectors
from payments.models import Customer, Referral


def invite_link(customer: Customer, bot_username: str) -> str:
    return f"https://t.me/{bot_username}?start={customer.invite_code}"


@for_customer
def invite(customer: Customer, bot_username: str) -> Screen:
    address = invite_link(customer, bot_username)
    share = urlencode({"url": address, "text": _("Присоединяйтесь, у меня работает.")})
    return Screen(
        text=render(
            "referral",
            link=address,
            numbers=selectors.referral_numbers(customer),
            days=selectors.referral_days(),
        ),
        keyboard=keyboard(
            [link(_("Поделиться"), f"https://t.me/share/url?{share}")],
            [copy(_("Скопировать ссылку"), address), press(_("QR-код"), to.InviteQr())],
            [press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def rewarded(customer: Customer, referral: Referral) -> Screen:
    """News for the inviter. The friend is not named: who pays for what is nobody else's business."""
    return Screen(
        text=render(
            "referral_rewarded",
            days=selectors.referral_days(),
            access=selectors.access_of(customer.pk),
        ),
        keyboard=keyboard([press(_("🎁 Пригласить ещё"), to.Invite())]),
    )
