"""What a customer may choose: the language, reminders, an address for letters."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import Button, keyboard, press
from bot.mailings import news
from bot.rendering import Screen, for_customer, render
from integrations.mail.addresses import shown
from integrations.mail.sender import mail_is_on
from payments.models import Customer


@for_customer
def home(customer: Customer) -> Screen:
    """Everything that can be chosen, as it is now."""
    return Screen(
        text=render(
            "settings",
            language=customer.get_language_display(),
            reminders_on=customer.reminders_on,
            email=shown(customer.email),
            mail_is_on=mail_is_on(),
            news_on=news.is_on(customer),
        ),
        keyboard=keyboard(
            [_reminders_button(customer)],
            [_news_button(customer)],
            [press(_("Язык · Language"), to.Languages()), _forget_button(customer)],
            [press(_("← Меню"), to.Menu())],
        ),
    )


@for_customer
def switched(customer: Customer) -> Screen:
    """What the choice means, with the way back under it."""
    return Screen(
        text=render("reminders_switched", reminders_on=customer.reminders_on),
        keyboard=keyboard([_reminders_button(customer)], _back()),
    )


@for_customer
def news_switched(customer: Customer) -> Screen:
    """What was agreed to, or that nothing comes any more, with the way back under it."""
    is_on = news.is_on(customer)
    return Screen(
        text=render("news_switched", news_on=is_on, wording=news.wording()),
        keyboard=keyboard([_news_button(customer)], _back()),
    )


@for_customer
def news_stopped(_customer: Customer) -> str:
    return render("news_stopped")


@for_customer
def address_kept(customer: Customer) -> Screen:
    return Screen(
        text=render("email_kept", email=shown(customer.email), mail_is_on=mail_is_on()),
        keyboard=keyboard([_forget_button(customer)], _back()),
    )


@for_customer
def no_address(_customer: Customer) -> Screen:
    return Screen(text=render("email_wrong"), keyboard=keyboard(_back()))


def _back() -> list[Button | None]:
    return [press(_("← Настройки"), to.Settings()), press(_("← Меню"), to.Menu())]


def _reminders_button(customer: Customer) -> Button:
    if customer.reminders_on:
        return press(_("Не напоминать"), to.SwitchReminders(0))
    return press(_("Напоминать об окончании"), to.SwitchReminders(1))


def _news_button(customer: Customer) -> Button:
    if news.is_on(customer):
        return press(_("Не присылать новости"), to.SwitchNews(0))
    return press(_("Получать новости и предложения"), to.SwitchNews(1))


def _forget_button(customer: Customer) -> Button | None:
    return press(_("Удалить e-mail"), to.ForgetEmail()) if customer.email else None
