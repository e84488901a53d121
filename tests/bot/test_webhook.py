"""The bot by webhook: Telegram's call is answered when what it brought is handled."""

from __future__ import annotations

import asyncio

import pytest
import requests

from bot import runner, webhook
from devtools.ports import any_free
from tests.bot.running import confirmed, hears, running, slowly, somebody, writes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(sandbox, threads, settings):
    port = any_free()
    settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
    settings.CREDENTIALS = {**settings.CREDENTIALS, "BOT_WEBHOOK_LISTEN": f"127.0.0.1:{port}"}
    return somebody(sandbox)


@pytest.fixture
def slow(monkeypatch):
    return slowly(monkeypatch)


async def test_the_webhook_brings_updates_and_wants_its_secret(anna, settings):
    async with running(runner.serve_webhook):
        writes(anna, "/start")
        await hears(anna, 1)
        answer = await asyncio.to_thread(
            requests.post,
            f"{settings.PUBLIC_URL}/bot/webhook",
            json={"update_id": 1},
            headers={"X-Telegram-Bot-Api-Secret-Token": "wrong"},
            timeout=5,
        )
        assert answer.status_code == 403


async def test_what_is_being_handled_is_not_answered(anna, slow):
    begun, finish = slow
    async with running(runner.serve_webhook):
        writes(anna, "/start")
        await asyncio.wait_for(begun.wait(), 20)
        assert not await confirmed(anna, within=0.5)
        finish.set()
        assert await confirmed(anna, within=20)
    await hears(anna, 1)


async def test_telegram_does_not_wait_for_ever(anna, slow, monkeypatch):
    monkeypatch.setattr(webhook, "PATIENCE", 0.2)
    begun, finish = slow
    async with running(runner.serve_webhook):
        writes(anna, "/start")
        await asyncio.wait_for(begun.wait(), 20)
        assert await confirmed(anna, within=20)
        finish.set()
        await hears(anna, 1)


async def test_a_process_that_is_told_to_end_answers_first(anna, slow):
    """Else the same tap would come to the next process again."""
    begun, finish = slow
    async with running(runner.serve_webhook) as process:
        writes(anna, "/start")
        await asyncio.wait_for(begun.wait(), 20)
        process.stop.set()
        await asyncio.sleep(0.2)
        finish.set()
        assert await confirmed(anna, within=20)
    await hears(anna, 1)
