"""The bot put together: its connection to Telegram, its handlers in reading order, its commands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from telegram import BotCommand, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import AIORateLimiter, Application, Defaults
from telegram.request import HTTPXRequest

from bot import errors
from bot.handlers import (
    bonuses,
    gifts,
    language,
    notices,
    partners,
    payments,
    promo,
    purchase,
    referral,
    refunds,
    renewal,
    settings,
    start,
    subscription,
    support,
    telegram_payments,
)
from bot.polling import HandledFirst
from bot.routing import BotApplication
from bot.webhook import Answered, Handling

API_URL = "https://api.telegram.org"
SECTIONS = (
    telegram_payments,
    start,
    purchase,
    promo,
    gifts,
    bonuses,
    subscription,
    renewal,
    payments,
    refunds,
    referral,
    support,
    language,
    settings,
    notices,
    partners,
)
# What Telegram sends us; edited messages are not among them.
ALLOWED_UPDATES = ("message", "callback_query", "pre_checkout_query", "my_chat_member")
LANGUAGES = ("ru", "en")
RETRIES = 3  # of a call that Telegram answered with 429: the limiter waits as long as it was told


def build_application(credentials: Mapping[str, str], *, mode: str = "polling") -> BotApplication:
    """No call to Telegram is made here."""
    address = (credentials.get("TELEGRAM_API_URL") or API_URL).rstrip("/")
    handling = Handling()
    taken = Answered(handling) if mode == "webhook" else asyncio.Queue[object]()
    application = (
        Application.builder()
        .token(credentials["BOT_TOKEN"])
        .base_url(f"{address}/bot")
        .base_file_url(f"{address}/file/bot")
        .defaults(
            Defaults(
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        )
        .rate_limiter(AIORateLimiter(max_retries=RETRIES))
        .concurrent_updates(handling)
        .request(HTTPXRequest(**_connections(64)))
        .update_queue(taken)
        .get_updates_request(HandledFirst(taken, **_connections(2)))
        .build()
    )
    for section in SECTIONS:
        section.register(application)
    for section in (support, start):
        section.register_last(application)
    application.add_error_handler(errors.handle)
    return application


async def introduce(application: BotApplication) -> None:
    """Tell Telegram the commands, in each language; the Russian ones stand in for every other."""
    for language_code in LANGUAGES:
        commands = _commands(language_code)
        await application.bot.set_my_commands(commands, language_code=language_code)
        if language_code == LANGUAGES[0]:
            await application.bot.set_my_commands(commands)


def _commands(language_code: str) -> list[BotCommand]:
    with override(language_code):
        return [
            BotCommand("start", _("Главное меню")),
            BotCommand("status", _("До какого дня работает доступ")),
            BotCommand("payments", _("Мои платежи")),
            BotCommand("promo", _("Ввести промокод")),
            BotCommand("invite", _("Пригласить друга")),
            BotCommand("partners", _("Найти исполнителя")),
            BotCommand("refund", _("Вернуть деньги")),
            BotCommand("help", _("Помощь")),
            BotCommand("paysupport", _("Вопрос об оплате или возврат")),
            BotCommand("settings", _("Напоминания, e-mail, язык")),
            BotCommand("language", _("Язык · Language")),
        ]


def _connections(number: int) -> dict[str, Any]:
    return {
        "connection_pool_size": number,
        "connect_timeout": 5,
        "read_timeout": 10,
        "write_timeout": 10,
        "pool_timeout": 5,
        "httpx_kwargs": {"trust_env": False},  # like all our clients: no proxy by surprise
    }
