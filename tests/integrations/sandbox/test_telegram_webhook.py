"""Webhook mode: python-telegram-bot sets the address and reads the updates that are pushed there."""

from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from telegram import Bot, Update
from telegram.error import Conflict

from integrations.sandbox.telegram.simulator import Telegram

CUSTOMER = 700100301
SECRET = "tg-hook-Secret_01"


@pytest.fixture
def bot(sandbox) -> Bot:
    return Bot(settings.CREDENTIALS["BOT_TOKEN"], base_url=f"{sandbox.url}/telegram/bot")


async def test_updates_are_pushed_with_the_secret_until_they_are_accepted(sandbox, receiver, bot):
    receiver.statuses = [500]
    async with bot:
        await bot.set_webhook(receiver.url, secret_token=SECRET, allowed_updates=Update.ALL_TYPES)
        await sync_to_async(sandbox.post)("telegram/send", chat_id=CUSTOMER, text="/start")
        calls = await sync_to_async(receiver.wait)(2)
        updates = [Update.de_json(json.loads(body), bot) for _, body in calls]
        assert {update.update_id for update in updates} == {updates[0].update_id}
        assert updates[0].message is not None
        assert updates[0].message.text == "/start"
        assert calls[0][0]["x-telegram-bot-api-secret-token"] == SECRET
        info = await bot.get_webhook_info()
        assert info.url == receiver.url
        assert info.last_error_message == "Wrong response from the webhook: 500"


async def test_an_accepted_update_can_be_repeated(sandbox, receiver, bot):
    post = sync_to_async(sandbox.post)
    async with bot:
        await bot.set_webhook(receiver.url)
        await post("telegram/send", chat_id=CUSTOMER, text="/start")
        await sync_to_async(receiver.wait)(1)
        await sync_to_async(settle)(sandbox)
        await post("telegram/update", repeat=0)
        first, second = await sync_to_async(receiver.wait)(2)
    assert first[1] == second[1]


async def test_polling_is_refused_while_a_webhook_is_set(sandbox, receiver, bot):
    async with bot:
        await bot.set_webhook(receiver.url)
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert await bot.get_updates() == ()


def settle(sandbox):
    """Wait until nothing is on its way to the bot."""
    hub = sandbox.server.sandbox
    with hub.lock:
        assert hub.wait(lambda: not hub.get(Telegram).state.updates, 10)
