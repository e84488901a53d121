"""The bot process tells what nobody else could: when the workers are dead, and when the database is away."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest
from django.db import OperationalError
from django.test import override_settings
from redis import Redis

from bot import watchman
from bot.models import Notice
from bot.notices import by_mail
from bot.watchman import TOLD, Watchman
from integrations.models import MailMessage, OutboxMessage
from integrations.services import outbox
from tests.bot.notices.raised import said, trouble
from tests.bot.notices.test_by_mail import minutes_ago
from tests.support.mail import post_office
from tests.support.sandbox import plan_fault

LOOKS: list[str] = []


def fine() -> None:
    LOOKS.append("looked")


def blind() -> None:
    raise OperationalError("the server closed the connection")


@pytest.fixture(autouse=True)
def no_memory(settings, monkeypatch):
    """No process has told anything yet, and a look closes no connection of the test."""
    settings.WATCH = f"{__name__}.fine"
    settings.WATCH_EVERY = 1
    monkeypatch.setattr("bot.watchman.connection.close", lambda: None)
    LOOKS.clear()
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.delete(TOLD)
        yield
        redis.delete(TOLD)


def away(guard: Watchman, monkeypatch) -> None:
    """Blind for more than a minute."""
    guard.look()
    real = time.monotonic()
    monkeypatch.setattr("bot.watchman.time.monotonic", lambda: real + 61)


def test_what_waits_leaves_though_no_worker_lives(db, sandbox):
    trouble("a")
    for _look in range(3):
        Watchman().look()
    assert len(said(sandbox)) == 1
    assert Notice.objects.get().state == Notice.State.SENT
    assert LOOKS == ["looked"] * 3


def test_with_an_address_alone_the_letter_leaves_too_and_once(db, settings):
    settings.STAFF_CHAT_ID = ""
    settings.STAFF_EMAIL = ["olga@staff.example"]
    trouble("a")
    minutes_ago(6)
    with post_office() as post:
        Watchman().look()
        outbox.drain(seconds=5)
        Watchman().look()
        assert [letter.to for letter in post.letters] == ["olga@staff.example"]
    letter = MailMessage.objects.get()
    assert (letter.kind, letter.status) == (by_mail.LETTER, MailMessage.Status.SENT)
    assert not OutboxMessage.objects.filter(delivered_at=None).exists()


def test_a_database_that_is_away_is_told_once_and_so_is_its_return(sandbox, settings, monkeypatch):
    settings.WATCH = f"{__name__}.blind"
    guard = Watchman()
    guard.look()
    guard.compare()
    assert said(sandbox) == []  # not for a minute yet
    away(guard, monkeypatch)
    for _turn in range(3):
        guard.look()
        guard.compare()
    [told] = said(sandbox)
    assert "База данных не отвечает" in told
    settings.WATCH = f"{__name__}.fine"
    monkeypatch.setattr(Watchman, "_send", lambda _guard: None)
    for _turn in range(3):
        guard.look()
        guard.compare()
    assert len(said(sandbox)) == 2
    assert "снова отвечает" in said(sandbox)[1]


def test_of_two_bots_one_tells_it(sandbox, settings, monkeypatch):
    settings.WATCH = f"{__name__}.blind"
    first, second = Watchman(), Watchman()
    second._name = "another"
    first.look()
    second.look()
    away(first, monkeypatch)
    for guard in (first, second, first, second):
        guard.compare()
    assert len(said(sandbox)) == 1


def test_what_telegram_did_not_take_is_said_again(sandbox, settings, monkeypatch):
    settings.WATCH = f"{__name__}.blind"
    guard = Watchman()
    plan_fault(sandbox, "telegram", "status", status=429, times=1)
    away(guard, monkeypatch)
    guard.compare()
    assert said(sandbox) == []
    guard.compare()
    assert len(said(sandbox)) == 1


def test_a_mistake_of_ours_is_not_the_database(sandbox, settings, monkeypatch, caplog):
    settings.WATCH = "json.loads"  # called with nothing: a TypeError
    guard = Watchman()
    away(guard, monkeypatch)
    guard.compare()
    assert said(sandbox) == []
    assert "watchman.failed" in caplog.text


async def test_it_looks_again_and_again(settings, monkeypatch):
    settings.WATCH_EVERY = 0.02
    monkeypatch.setattr(Watchman, "_send", lambda _guard: None)
    guard = asyncio.create_task(Watchman().watch())
    while len(LOOKS) < 3:
        await asyncio.sleep(0.01)
    guard.cancel()
    with suppress(asyncio.CancelledError):
        await guard


def test_without_a_group_nobody_is_written_to():
    with override_settings(STAFF_CHAT_ID=""):
        assert watchman.say(is_away=True)
