"""Help, the way to a person, and answers to what people write in their own words."""

from __future__ import annotations

from telegram.ext import filters

from bot import callback_data as to
from bot import contractors, errands
from bot.bridge import in_db
from bot.free_text import Intent, understand
from bot.routing import BotApplication, on_command, on_tap, on_text
from bot.screens import support
from bot.updates import Note, Tap


async def help_button(tap: Tap, _press: to.Help) -> None:
    await tap.answer()
    await tap.show(await in_db(support.help_screen, await tap.customer()))


async def help_command(note: Note) -> None:
    await note.show(await in_db(support.help_screen, await note.customer()))


async def pay_support(note: Note) -> None:
    await note.show(await in_db(support.pay_support, await note.customer()))


async def free_text(note: Note) -> None:
    intent = understand(note.text)
    customer = await note.customer()
    is_clear = intent is not Intent.UNCLEAR
    if await contractors.goes_on(note, is_clear=is_clear):
        return
    screen = await errands.code_in(customer, note.text, is_clear=is_clear)
    if screen is not None:
        await note.show(screen)
        return
    await note.show(await in_db(support.answer, customer, intent, note.bot.username))


async def anything_else(note: Note) -> None:
    """A picture, a voice message, a command nobody knows."""
    customer = await note.customer()
    await note.show(await in_db(support.answer, customer, Intent.UNCLEAR, note.bot.username))


def register(application: BotApplication) -> None:
    on_command(application, "help", help_command)
    on_command(application, "paysupport", pay_support)
    on_command(application, "refund", pay_support)
    on_tap(application, to.Help, help_button)


def register_last(application: BotApplication) -> None:
    """After every command."""
    on_text(application, filters.TEXT & ~filters.COMMAND, free_text)
    on_text(application, filters.ALL & ~filters.StatusUpdate.ALL, anything_else)
