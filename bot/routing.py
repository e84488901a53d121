"""From an update to a handler: buttons by their kind, commands by their name, in the private chat only.

One button works in the staff group: the one that takes a notice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.bridge import in_db
from bot.press import Press
from bot.rendering import for_customer, render
from bot.screens import start
from bot.updates import GroupTap, Note, Tap
from payments.models import Customer

# PTB's Application has six type parameters, all of them of its own default context.
BotApplication = Application[Any, Any, Any, Any, Any, Any]
Context = ContextTypes.DEFAULT_TYPE
Kind = TypeVar("Kind", bound=Press)
TapHandler = Callable[[Tap, Kind], Awaitable[None]]
NoteHandler = Callable[[Note], Awaitable[None]]

# A new message, not an edited one, and not in a group.
PRIVATE = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE


def on_tap(application: BotApplication, kind: type[Kind], handle: TapHandler[Kind]) -> None:
    async def callback(update: Update, _context: Context) -> None:
        tap = Tap.read(update)
        if tap is None:
            return
        press = kind.decode(tap.query.data or "")
        if press is None:
            await refresh(tap)
        else:
            await handle(tap, press)

    application.add_handler(CallbackQueryHandler(callback, pattern=kind.pattern()))


def on_group_tap(
    application: BotApplication,
    kind: type[Kind],
    handle: Callable[[GroupTap, Kind], Awaitable[None]],
) -> None:
    """A button of the staff group, the only thing of a group that the bot listens to."""

    async def callback(update: Update, _context: Context) -> None:
        tap = GroupTap.read(update)
        press = kind.decode(tap.query.data or "") if tap is not None else None
        if tap is not None and press is not None:
            await handle(tap, press)

    application.add_handler(CallbackQueryHandler(callback, pattern=kind.pattern()))


def on_command(application: BotApplication, name: str, handle: NoteHandler) -> None:
    application.add_handler(CommandHandler(name, _with_note(handle), filters=PRIVATE))


def on_text(application: BotApplication, wanted: filters.BaseFilter, handle: NoteHandler) -> None:
    application.add_handler(MessageHandler(PRIVATE & wanted, _with_note(handle)))


def _with_note(handle: NoteHandler) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
    async def callback(update: Update, _context: Context) -> None:
        note = Note.read(update)
        if note is not None:
            await handle(note)

    return callback


async def refresh(tap: Tap) -> None:
    """A button of another time: a deleted plan, a foreign payment, an old format. Say so, show what is true now."""
    customer = await tap.customer()
    await tap.answer(await in_db(stale_words, customer))
    await tap.show(await in_db(start.home, customer))


@for_customer
def stale_words(_customer: Customer) -> str:
    return render("stale")
