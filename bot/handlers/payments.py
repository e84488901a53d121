"""My payments: the list and one payment's card."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.routing import BotApplication, on_command, on_tap, refresh
from bot.screens import payments
from bot.updates import Note, Tap


async def history(tap: Tap, _press: to.Payments) -> None:
    await tap.answer()
    await tap.show(await in_db(payments.history, await tap.customer()))


async def history_command(note: Note) -> None:
    await note.show(await in_db(payments.history, await note.customer()))


async def card(tap: Tap, press: to.PaymentCard) -> None:
    screen = await in_db(payments.card, await tap.customer(), press.payment_id, tap.bot.username)
    if screen is None:
        await refresh(tap)
        return
    await tap.answer()
    await tap.show(screen)


def register(application: BotApplication) -> None:
    on_command(application, "payments", history_command)
    on_tap(application, to.Payments, history)
    on_tap(application, to.PaymentCard, card)
