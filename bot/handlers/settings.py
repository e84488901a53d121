"""What a customer chooses about the bot: reminders, an address for letters; the language has a section of its own."""

from __future__ import annotations

from telegram.ext import filters

from bot import callback_data as to
from bot.bridge import in_db
from bot.mailings import news
from bot.routing import BotApplication, on_command, on_tap, on_text
from bot.screens import settings, waiting
from bot.updates import Note, Tap
from integrations.mail.addresses import NotAnAddress
from payments.errors import TooSoon
from payments.services.customers import forget_email, leave_email, switch_reminders

# A message that is nothing but an address. «@name» alone is a person in Telegram.
LOOKS_LIKE_AN_ADDRESS = filters.Regex(r"^\s*[^\s@]+@[^\s@]+\s*$")


async def show(tap: Tap, _press: to.Settings) -> None:
    await tap.answer()
    await tap.show(await in_db(settings.home, await tap.customer()))


async def show_command(note: Note) -> None:
    await note.show(await in_db(settings.home, await note.customer()))


async def switch(tap: Tap, press: to.SwitchReminders) -> None:
    await tap.answer()
    customer = await tap.customer()
    await in_db(switch_reminders, customer_id=customer.pk, on=bool(press.on))
    await tap.show(await in_db(settings.switched, await tap.customer()))


async def switch_news(tap: Tap, press: to.SwitchNews) -> None:
    await tap.answer()
    customer = await tap.customer()
    await in_db(news.switch, customer, on=bool(press.on))
    await tap.show(await in_db(settings.news_switched, await tap.customer()))


async def stop_news(tap: Tap, press: to.StopNews) -> None:
    """Pressed under a broadcast, which stays as it is."""
    customer = await tap.customer()
    await in_db(news.stop, customer, token=press.token)
    await tap.answer(await in_db(settings.news_stopped, customer))


async def take_address(note: Note) -> None:
    """An address may be written at any moment: there is no question to be answered first."""
    customer = await note.customer()
    try:
        await in_db(leave_email, customer_id=customer.pk, text=note.text)
    except NotAnAddress:
        await note.show(await in_db(settings.no_address, customer))
    except TooSoon as error:
        await note.show(await in_db(waiting.again, customer, to.Settings(), error.seconds))
    else:
        await note.show(await in_db(settings.address_kept, await note.customer()))


async def forget(tap: Tap, _press: to.ForgetEmail) -> None:
    await tap.answer()
    customer = await tap.customer()
    await in_db(forget_email, customer_id=customer.pk)
    await tap.show(await in_db(settings.home, await tap.customer()))


def register(application: BotApplication) -> None:
    on_command(application, "settings", show_command)
    on_tap(application, to.Settings, show)
    on_tap(application, to.SwitchReminders, switch)
    on_tap(application, to.SwitchNews, switch_news)
    on_tap(application, to.StopNews, stop_news)
    on_tap(application, to.ForgetEmail, forget)
    on_text(application, filters.TEXT & ~filters.COMMAND & LOOKS_LIKE_AN_ADDRESS, take_address)
