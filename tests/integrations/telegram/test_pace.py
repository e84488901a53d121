"""One pace for all who speak to Telegram, kept in Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from integrations.telegram.client import BotApi
from integrations.telegram.errors import RetryLater
from integrations.telegram.pace import Lane, Pace, PaceAway
from tests.support.http_server import HttpServer, answer

KEYS = [f"telegram:77:{name}" for name in ("all", "bulk", "ban")]


@pytest.fixture
def pace(settings) -> Iterator[Pace]:
    settings.TELEGRAM_A_SECOND, settings.TELEGRAM_BULK_A_SECOND = 100, 60
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete(*KEYS)
    yield Pace("77")
    redis.delete(*KEYS)


def taken(pace: Pace, lane: Lane, seconds: float) -> list[tuple[float, float]]:
    """Between which moments one sender was let through, each time: a busy machine returns late from the question."""
    until, found = time.monotonic() + seconds, list[tuple[float, float]]()
    while (asked := time.monotonic()) < until:
        wait = pace.take(lane)
        if wait:
            time.sleep(wait)
        else:
            found.append((asked, time.monotonic()))
    return found


def most_a_second(found: list[tuple[float, float]]) -> int:
    """How many were certainly let through within one second."""
    return max(
        sum(1 for asked, let in found if start <= asked and let < start + 1) for start, _ in found
    )


def test_many_senders_together_keep_the_rate_and_use_it(pace):
    with ThreadPoolExecutor(6) as senders:
        parts = [senders.submit(taken, Pace("77"), Lane.BULK, 2.0) for _ in range(6)]
    found = [one for part in parts for one in part.result()]
    assert most_a_second(found) <= 60 + 2
    assert len(found) >= 60


def test_what_somebody_waits_for_comes_first(pace, settings):
    """While such messages take the whole rate, broadcasts get nothing."""
    settings.TELEGRAM_A_SECOND, settings.TELEGRAM_BULK_A_SECOND = 10, 10
    while not pace.take(Lane.FIRST):
        continue
    assert pace.take(Lane.BULK) > 0
    started = time.monotonic()
    assert pace.wait(2) == 0
    assert time.monotonic() - started < 0.5


def test_a_ban_stops_every_lane_until_it_is_over(pace):
    pace.ban(1)
    assert 0.5 < Pace("77").take(Lane.BULK) <= 1
    assert 0.5 < pace.wait(0.1) <= 1
    pace.ban(0)  # a shorter one changes nothing
    assert pace.take(Lane.FIRST) > 0.4
    time.sleep(1.05)
    assert pace.take(Lane.FIRST) == 0


def test_without_redis_broadcasts_wait_and_the_rest_goes_on(pace, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(PaceAway):
        pace.take(Lane.BULK)
    assert pace.wait(1) == 0
    pace.ban(5)


def test_a_429_makes_the_next_message_wait_without_asking(pace, settings, server: HttpServer):
    body = {"ok": False, "error_code": 429, "parameters": {"retry_after": 30}}
    server.plan(answer(429, body))
    api = BotApi(token="77:TokenThatNobodyMaySee", base_url=server.url, deadline=1.0)
    for _ in range(2):
        with pytest.raises(RetryLater) as late:
            api.send_message(1, "x")
        assert 25 <= late.value.retry_after <= 31
    assert len(server.paths()) == 1
