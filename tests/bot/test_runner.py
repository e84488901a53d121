"""The life of the bot process: turns, the webhook, the end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.db import connection

from bot import polling, runner
from bot.standby import POLLING, Turn
from integrations.sandbox.telegram.simulator import Telegram
from integrations.services import heartbeats
from tests.bot.running import confirmed, hears, running, slowly, somebody, writes
from tests.bot.telegram_world import PersonInChat, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(runner, "TURN_CHECK", 0.1)


@pytest.fixture
def anna(sandbox, threads):
    return somebody(sandbox)


@pytest.fixture
def slow(monkeypatch):
    return slowly(monkeypatch)


async def test_a_standby_takes_over_and_nobody_is_answered_twice(anna):
    async with running(runner.poll_in_turns) as first:
        writes(anna, "/start")
        await hears(anna, 1)
        async with running(runner.poll_in_turns):
            writes(anna, "/start")
            await hears(anna, 2)
            await first.ends()
            writes(anna, "/start")
            await hears(anna, 3)
    await asyncio.sleep(0.3)
    assert len(anna.messages) == 3


async def test_what_is_being_handled_is_not_confirmed(anna, slow, monkeypatch):
    monkeypatch.setattr(polling, "PATIENCE", 10.0)
    begun, finish = slow
    async with running(runner.poll_in_turns):
        writes(anna, "/start")
        await asyncio.wait_for(begun.wait(), 20)
        assert not await confirmed(anna, within=0.5)
        finish.set()
        assert await confirmed(anna, within=20)
    await hears(anna, 1)


async def test_nobody_waits_long_for_somebody_elses_handling(anna, slow, monkeypatch):
    monkeypatch.setattr(polling, "PATIENCE", 0.2)
    begun, finish = slow
    async with running(runner.poll_in_turns):
        writes(anna, "/start")
        await asyncio.wait_for(begun.wait(), 20)
        assert await confirmed(anna, within=20)
        finish.set()
        await hears(anna, 1)


async def test_a_lost_turn_ends_the_polling_and_is_taken_again(anna, caplog):
    async with running(runner.poll_in_turns):
        writes(anna, "/start")
        await hears(anna, 1)
        await sync_to_async(end_the_turns_session)()
        async with asyncio.timeout(20):
            while "bot.turn_lost" not in caplog.text:
                await asyncio.sleep(0.05)
        writes(anna, "/start")
        await hears(anna, 2)


def end_the_turns_session() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND objid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [POLLING],
        )


async def test_a_running_bot_shows_its_pulse(anna):
    async with running(runner.poll_in_turns):
        writes(anna, "/start")
        await hears(anna, 1)
        age = await sync_to_async(heartbeats.age)("bot")
    assert age is not None
    assert age < timedelta(seconds=20)


async def test_telegram_may_be_away_at_the_start(anna, sandbox):
    with sandbox.lock:
        sandbox.faults.plan("telegram", "status", status=502, operation="getMe")
    async with running(runner.poll_in_turns):
        writes(anna, "/start")
        await hears(anna, 1)


def test_a_turn_belongs_to_one_and_ends_with_its_session():
    first, second = Turn(), Turn()
    assert first.take()
    assert first.is_ours()
    assert not second.take()
    end_the_turns_session()
    assert not first.is_ours()
    assert second.take()
    first.give_up()
    second.give_up()


def test_the_missing_token_is_named(settings):
    settings.CREDENTIALS = {}
    with pytest.raises(CommandError, match="BOT_TOKEN"):
        call_command("runbot")


def test_an_unknown_mode_is_refused(settings):
    settings.BOT_MODE = "push"
    with pytest.raises(CommandError, match="BOT_MODE"):
        call_command("runbot", stdout=StringIO())


def test_the_webhook_needs_its_secret(settings):
    settings.BOT_MODE = "webhook"
    settings.CREDENTIALS = {"BOT_TOKEN": "1:x"}
    with pytest.raises(CommandError, match="BOT_WEBHOOK_SECRET"):
        call_command("runbot")


def start_process(sandbox, token: str) -> subprocess.Popen[str]:
    database = connection.settings_dict
    address = f"{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "project.settings.local",
        "DATABASE_URL": f"postgres://{address}",
        "SANDBOX_URL": sandbox.base_url,
        "BOT_TOKEN": token,
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "runbot"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_told_process_ends_in_good_order(sandbox):
    process = start_process(sandbox, "4242:test-bot-token")
    telegram = sandbox.get(Telegram)
    assert comes(lambda: bool(telegram.last_poll))
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "bot.stopped" in output
    assert "test-bot-token" not in output


def test_a_killed_process_leaves_what_it_had_begun_to_the_next(sandbox):
    with sandbox.lock:
        chat = sandbox.get(Telegram).add_chat(first_name="Анна")
    anna = PersonInChat(World.outside(sandbox), chat)
    process = start_process(sandbox, "4242:test-bot-token")
    try:
        writes(anna, "/start")
        assert comes(lambda: len(anna.messages) == 1)
        with sandbox.lock:
            sandbox.faults.plan("telegram", "hang", operation="sendMessage", seconds=60)
        writes(anna, "/start")
        assert comes(lambda: not sandbox.faults.planned)  # the answer is on its way to nowhere
    finally:
        process.kill()
        process.communicate(timeout=30)
    assert len(anna.messages) == 1
    process = start_process(sandbox, "4242:test-bot-token")
    try:
        assert comes(lambda: len(anna.messages) == 2)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def comes(ready: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not ready() and time.monotonic() < until:
        time.sleep(0.05)
    return ready()


def test_a_wrong_token_ends_the_process_without_quoting_it(sandbox):
    process = start_process(sandbox, "4242:wrong-token-value")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Telegram does not accept BOT_TOKEN" in output
    assert "wrong-token-value" not in output
