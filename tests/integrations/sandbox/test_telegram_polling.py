"""python-telegram-bot itself talks to the simulator: what it accepts, a real bot accepts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from telegram import (
    BotCommand,
    ChatMember,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
)

CUSTOMER = 700100201
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Купить", callback_data="buy")],
        [InlineKeyboardButton("Карта", copy_text=CopyTextButton("2200 0000 1111 2222"))],
        [InlineKeyboardButton("Сайт", url="https://example.test/")],
    ]
)


async def greet(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_html(
        f"Здравствуйте, <b>{' '.join(context.args or ['гость'])}</b> 👋", reply_markup=KEYBOARD
    )


async def sell(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer("Готово", show_alert=True)
    await query.edit_message_text("<i>Куплено</i>", parse_mode=ParseMode.HTML)


class Members:
    """Remembers who blocked the bot."""

    def __init__(self) -> None:
        self.statuses: list[str] = []

    async def note(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.my_chat_member is not None
        self.statuses.append(update.my_chat_member.new_chat_member.status)


@pytest.fixture
def members() -> Members:
    return Members()


@pytest.fixture
async def bot(sandbox: Any, members: Members) -> AsyncIterator[Any]:
    """A real application, polling."""
    application = (
        Application.builder()
        .token(settings.CREDENTIALS["BOT_TOKEN"])
        .base_url(f"{sandbox.url}/telegram/bot")
        .base_file_url(f"{sandbox.url}/telegram/file/bot")
        .build()
    )
    application.add_handler(CommandHandler("start", greet))
    application.add_handler(CallbackQueryHandler(sell))
    application.add_handler(ChatMemberHandler(members.note))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=2, allowed_updates=Update.ALL_TYPES)
        yield application
        await application.updater.stop()
        await application.stop()


async def test_a_polling_bot_greets_is_pressed_and_edits_its_message(sandbox, bot):
    post, get = sync_to_async(sandbox.post), sync_to_async(sandbox.get)
    sent = await post("telegram/send", chat_id=CUSTOMER, text="/start ref_7")
    answer = await get(
        "telegram/messages", chat_id=CUSTOMER, after=sent["message"]["revision"], wait=10
    )
    (greeting,) = answer["messages"]
    assert greeting["text"] == "Здравствуйте, ref_7 👋"
    assert greeting["buttons"] == ["Купить", "Карта", "Сайт"]
    pressed = await post("telegram/press", chat_id=CUSTOMER, text="Купить", wait=10)
    assert pressed["press"]["answer"] == {"text": "Готово", "show_alert": True, "url": ""}
    answer = await get(
        "telegram/messages", chat_id=CUSTOMER, after=pressed["press"]["revision"], wait=10
    )
    (edited,) = answer["messages"]
    assert (edited["message_id"], edited["text"]) == (greeting["message_id"], "Куплено")
    assert edited["buttons"] == []


async def test_a_bot_learns_that_it_was_blocked_and_unblocked(sandbox, bot, members):
    post = sync_to_async(sandbox.post)
    await post("telegram/send", chat_id=CUSTOMER, text="привет")
    await post("telegram/block", chat_id=CUSTOMER, blocked=True)
    await post("telegram/block", chat_id=CUSTOMER, blocked=False)
    await post("telegram/send", chat_id=CUSTOMER, text="/start")
    await sync_to_async(sandbox.get)(
        "telegram/messages", chat_id=CUSTOMER, **{"from": "bot"}, wait=10
    )
    assert members.statuses == [ChatMember.BANNED, ChatMember.MEMBER]


async def test_the_commands_a_bot_sets_reach_the_menu_in_the_language_of_the_person(sandbox, bot):
    await bot.bot.set_my_commands([BotCommand("start", "Начать")])
    await bot.bot.set_my_commands([BotCommand("start", "Begin")], language_code="en")
    await bot.bot.set_my_description("Продаёт подписку")
    made = await sync_to_async(sandbox.post)("telegram/chats", name="Ann", language="en")
    assert [one["description"] for one in made["chat"]["commands"]] == ["Begin"]
    assert (await bot.bot.get_my_commands())[0].description == "Начать"
    assert (await bot.bot.get_my_description()).description == "Продаёт подписку"
