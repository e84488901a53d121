"""Choosing the language."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.routing import BotApplication, on_command, on_tap, refresh
from bot.screens import start
from bot.updates import Note, Tap
from payments.services.customers import choose_language

LANGUAGES = ("ru", "en")


async def languages(tap: Tap, _press: to.Languages) -> None:
    await tap.answer()
    await tap.show(await in_db(start.languages, await tap.customer()))


async def languages_command(note: Note) -> None:
    await note.show(await in_db(start.languages, await note.customer()))


async def choose(tap: Tap, press: to.SetLanguage) -> None:
    if press.language not in LANGUAGES:
        await refresh(tap)
        return
    await tap.answer()
    customer = await tap.customer()
    await in_db(choose_language, customer_id=customer.pk, language=press.language)
    await tap.show(await in_db(start.home, await tap.customer()))


def register(application: BotApplication) -> None:
    on_command(application, "language", languages_command)
    on_tap(application, to.Languages, languages)
    on_tap(application, to.SetLanguage, choose)
