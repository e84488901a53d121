"""Days without a purchase: the trial and the channel."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, keyboard, link, press
from bot.rendering import Screen, for_customer, render
from payments.formats import days
from payments.models import Customer
from payments.services.channel_bonus import Bonus, bonus_days
from payments.services.trials import trial_days


def offers(customer: Customer) -> list[list[Button | None]]:
    """Rows for the menu: whatever this customer may still have. In the customer's language already."""
    trial, bonus = trial_days(customer.pk), bonus_days(customer.pk)
    return [
        [
            press(_("🎁 Попробовать бесплатно: %(days)s") % {"days": days(trial)}, to.Trial())
            if trial
            else None
        ],
        [press(_("📣 Канал: +%(days)s") % {"days": days(bonus)}, to.Channel()) if bonus else None],
    ]


@for_customer
def trial_begun(customer: Customer, number: int) -> Screen:
    """The access link comes in a message of its own."""
    return Screen(
        text=render("trial", days=number),
        keyboard=keyboard(
            [press(_("🔑 Подключиться"), to.Connect())],
            [press(_("💳 Выбрать тариф"), to.Plans()), press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def channel(customer: Customer) -> Screen | None:
    """What to do for the days; None where they are not offered to this customer."""
    number = bonus_days(customer.pk)
    if not number:
        return None
    name: str = settings.BONUS_CHANNEL
    address = f"https://t.me/{name.removeprefix('@')}" if name.startswith("@") else ""
    return Screen(
        text=render("channel", days=number, channel=name if address else ""),
        keyboard=keyboard(
            [link(_("Открыть канал"), address)],
            [press(_("✅ Проверить"), to.CheckChannel())],
            [press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def channel_answer(customer: Customer, found: Bonus) -> str:
    """The alert after «Проверить»."""
    return render("channel_answer", found=found.value)


@for_customer
def channel_unreachable(customer: Customer) -> str:
    return render("channel_answer", found="unreachable")
