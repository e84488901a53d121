"""The life of the bot process: turns, the webhook, the end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from io import StringIO

import pytest
import requests
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.db import connection

from bot import runner
from bot.standby import POLLING, Turn
from integrations.sandbox.telegram import people
from integrations.sandbox.telegram.simulator import Telegram
from integrations.services import heartbeats
from tests.bot.telegram_world import PersonInChat, World
from tests.support.valkey import free_port

pytestmark = pytest.mark.django_db(transaction=True)


class Process:
    """A bot process's main loop, inside the test."""

    def __init__(self, loop) -> None:
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(loop(self.stop))

    async def ends(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, 20)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(runner, "TURN_CHECK", 0.1)


@pytest.fixture
def anna(sandbox, threads):
    """A person in a chat whose bot runs by itself."""
    telegram = sandbox.get(Telegram)
    with sandbox.lock:
        chat = telegram.add_chat(first_name="Анна")
    return PersonInChat(World.outside(sandbox), chat)


async def hears(person: PersonInChat, count: int) -> None:
    """The person has `count` messages of the bot."""
    async with asyncio.timeout(20):
        while len(person.messages) < count:
            await asyncio.sleep(0.05)


def writes(person: PersonInChat, text: str) -> None:
    with person.world.sandbox.lock:
        people.say(person.world.telegram, person.chat, text)


@asynccontextmanager
async def running(loop):
    process = Process(loop)
    try:
        yield process
    finally:
        await process.ends()


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


async def test_the_webhook_brings_updates_and_wants_its_secret(anna, settings):
    port = free_port()
    settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
    settings.CREDENTIALS = {**settings.CREDENTIALS, "BOT_WEBHOOK_LISTEN": f"127.0.0.1:{port}"}
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
    until = time.monotonic() + 30
    while not telegram.last_poll and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "bot.stopped" in output
    assert "test-bot-token" not in output


def test_a_wrong_token_ends_the_process_without_quoting_it(sandbox):
    process = start_process(sandbox, "4242:wrong-token-value")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Telegram does not accept BOT_TOKEN" in output
    assert "wrong-token-value" not in output
