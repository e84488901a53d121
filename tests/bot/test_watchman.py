"""The bot process tells what nobody else could: when the workers are dead, and when the database is away."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest
from django.db import OperationalError
from redis import Redis

from bot.models import Notice
from bot.notices import by_mail
from bot.watchman import TOLD, Mark, Watchman
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


def seen_blind(guard: Watchman) -> None:
    guard.look()
    time.sleep(0.03)
    guard.compare()


def named(name: str) -> Watchman:
    """The watchman of another process."""
    guard = Watchman()
    guard._mark = Mark(name)
    return guard


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
    first, second = Watchman(), named("another")
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


async def test_what_breaks_in_the_telling_does_not_end_the_watch(settings, monkeypatch, caplog):
    settings.WATCH_EVERY = 0.02
    monkeypatch.setattr(Watchman, "_send", lambda _guard: None)
    monkeypatch.setattr(Watchman, "_tell_back", lambda _guard: 1 / 0)
    guard = asyncio.create_task(Watchman().watch())
    while len(LOOKS) < 3:
        await asyncio.sleep(0.01)
    assert not guard.done()
    guard.cancel()
    with suppress(asyncio.CancelledError):
        await guard
    assert "watchman.not_told" in caplog.text


def test_who_reaches_nobody_leaves_it_to_another(sandbox, settings, monkeypatch):
    settings.WATCH = f"{__name__}.blind"
    first, second = Watchman(), named("another")
    plan_fault(sandbox, "telegram", "status", status=429, times=1)
    second.look()
    away(first, monkeypatch)
    first.compare()
    assert said(sandbox) == []
    second.compare()
    assert len(said(sandbox)) == 1
    first.compare()
    second.compare()
    assert len(said(sandbox)) == 1


def test_a_loss_after_a_return_that_was_half_told_is_told_again(sandbox, settings, monkeypatch):
    settings.STAFF_EMAIL = ["olga@staff.example"]
    monkeypatch.setattr(Watchman, "_send", lambda _guard: None)
    monkeypatch.setattr("bot.watchman.AWAY", 0.02)
    plan_fault(sandbox, "telegram", "status", status=429, times=1)
    guard = Watchman()
    with post_office() as post:
        settings.WATCH = f"{__name__}.blind"
        seen_blind(guard)
        post.answers("535")
        settings.WATCH = f"{__name__}.fine"
        guard.look()
        guard.compare()
        settings.WATCH = f"{__name__}.blind"
        seen_blind(guard)
        assert [letter.to for letter in post.letters] == settings.STAFF_EMAIL
    assert ["не отвечает" in text for text in said(sandbox)] == [False, True]


def test_one_started_anew_tells_of_the_next_time(sandbox, settings, monkeypatch):
    """Who told of the time before is gone, and said that it was over."""
    monkeypatch.setattr(Watchman, "_send", lambda _guard: None)
    monkeypatch.setattr("bot.watchman.AWAY", 0.02)
    settings.WATCH = f"{__name__}.blind"
    gone = Watchman()
    seen_blind(gone)
    settings.WATCH = f"{__name__}.fine"
    gone.look()
    gone.compare()
    assert len(said(sandbox)) == 2
    settings.WATCH = f"{__name__}.blind"
    seen_blind(named("another"))
    assert len(said(sandbox)) == 3


def test_with_neither_group_nor_address_there_is_nothing_to_tell(settings, monkeypatch):
    settings.WATCH = f"{__name__}.blind"
    settings.STAFF_CHAT_ID, settings.STAFF_EMAIL = "", []
    guard = Watchman()
    away(guard, monkeypatch)
    guard.compare()
    settings.WATCH = f"{__name__}.fine"
    monkeypatch.setattr(Watchman, "_send", lambda _guard: None)
    guard.look()
    guard.compare()
    assert guard._away is None
