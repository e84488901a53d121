"""Promo codes: by a button and the next message, or by a command."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.errands import enter_code
from bot.routing import BotApplication, on_command, on_tap
from bot.screens import promo
from bot.updates import Note, Tap


async def ask(tap: Tap, _press: to.Promo) -> None:
    await tap.answer()
    await tap.show(await in_db(promo.ask, await tap.customer()))


async def command(note: Note) -> None:
    customer = await note.customer()
    if note.text:
        await note.show(await enter_code(customer, note.text))
    else:
        await note.show(await in_db(promo.ask, customer))


def register(application: BotApplication) -> None:
    on_command(application, "promo", command)
    on_tap(application, to.Promo, ask)
