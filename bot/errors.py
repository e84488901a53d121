"""What went wrong in a handler: into the log first, then a short apology with a number to name."""

from __future__ import annotations

import secrets

import structlog
from telegram import Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError
from telegram.ext import CallbackContext

from bot.bridge import in_db
from bot.screens.support import apology
from payments.services.customers import mark_blocked

log = structlog.get_logger(__name__)


async def handle(update: object, context: CallbackContext) -> None:  # type: ignore[type-arg]
    error = context.error
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        # Telegram itself is not to be reached: an apology would not arrive either, a second tap will.
        log.warning("bot.network", error=type(error).__name__, detail=str(error))
        return
    person = update.effective_user if isinstance(update, Update) else None
    if isinstance(error, Forbidden) and person is not None:
        await in_db(mark_blocked, telegram_id=person.id)
        return
    case = secrets.token_hex(4)
    log.error("bot.failed", case=f"bot:{case}", update=_name(update), exc_info=error)
    if not isinstance(update, Update) or person is None:
        return
    if update.effective_chat is None or update.effective_chat.type != ChatType.PRIVATE:
        return
    try:
        screen = apology(person.language_code or "ru", case)
        await context.bot.send_message(person.id, screen.text, reply_markup=screen.keyboard)
    except TelegramError as unsaid:
        log.warning("bot.apology_unsaid", case=f"bot:{case}", error=str(unsaid))


def _name(update: object) -> str:
    """Which update it was, without its content: people write what they like."""
    return f"update {update.update_id}" if isinstance(update, Update) else type(update).__name__
