from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.bot.mailings.telegram import FakeTelegram


@pytest.fixture
def telegram(settings) -> Iterator[FakeTelegram]:
    """The Telegram of the settings, with no bucket and no ban left by another test."""
    with FakeTelegram() as fake:
        settings.CREDENTIALS = {**settings.CREDENTIALS, "TELEGRAM_API_URL": fake.url}
        redis = Redis.from_url(settings.REDIS_URL)
        redis.delete(*(f"telegram:4242:{name}" for name in ("all", "bulk", "ban")))
        yield fake
        redis.delete(*(f"telegram:4242:{name}" for name in ("all", "bulk", "ban")))
