"""Telegram's own payments: the question before charging, and what was charged or given back."""

from __future__ import annotations

import asyncio

from telegram import Update
from telegram.ext import MessageHandler, PreCheckoutQueryHandler, filters

from bot.bridge import DatabaseAway, in_db
from bot.routing import BotApplication, Context
from bot.screens.telegram_payments import refusal
from payments.provider import Verdict
from payments.services.updates import receive_update

PAUSES = (
    1,
    2,
    5,
    15,
    60,
)  # seconds; what is not stored by then is found by asking Telegram for its list
ABOUT_MONEY = filters.SUCCESSFUL_PAYMENT | filters.StatusUpdate.REFUNDED_PAYMENT


async def ask(update: Update, _context: Context) -> None:
    """Say whether Telegram may charge. It waits ten seconds for the answer, and charges nothing without one."""
    query = update.pre_checkout_query
    if query is None:
        return
    verdict = await in_db(receive_update, update.to_dict())
    if verdict is Verdict.ACCEPT:
        await query.answer(ok=True)
    else:
        words = await in_db(refusal, query.from_user.language_code or "ru", verdict)
        await query.answer(ok=False, error_message=words)


async def tell(update: Update, _context: Context) -> None:
    """Store what happened. Money has moved already, so a database that is away for a moment is waited for."""
    for pause in PAUSES:
        try:
            await in_db(receive_update, update.to_dict())
        except DatabaseAway:
            await asyncio.sleep(pause)
        else:
            return
    await in_db(receive_update, update.to_dict())


def register(application: BotApplication) -> None:
    application.add_handler(PreCheckoutQueryHandler(ask))
    application.add_handler(MessageHandler(ABOUT_MONEY, tell))
