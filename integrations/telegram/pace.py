"""How fast we may speak to Telegram: one bucket in Redis for all workers and processes of a bot.

Telegram takes about 30 messages a second from one bot and answers 429 with `retry_after` to more; going on during that
time prolongs it. So everybody stops at the first 429, and messages that somebody waits for come before broadcasts:
those take at most TELEGRAM_BULK_A_SECOND, and nothing while the others are behind.
"""

from __future__ import annotations

import time
from enum import StrEnum
from functools import lru_cache

import structlog
from django.conf import settings
from redis import Redis, RedisError

from integrations.redis_client import connect

log = structlog.get_logger(__name__)

# A steady nine tenths of the limit: what a burst and the way to Telegram push together stays below it.
STEADY = 0.9
BURST = 1  # message more that may leave at once after a moment of silence: makes up for senders that wake late
SECOND = 1_000_000  # microseconds, as the script counts

# Two theoretical arrival times (GCRA) and a ban, in Redis's own time, so that no worker's clock matters.
# Answers the microseconds to wait; 0 is the permission to send, and is counted.
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local banned = tonumber(redis.call('GET', KEYS[3]) or '0')
if banned > now then return banned - now end
local step, bulk_step, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local all = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now - burst * step)
if bulk_step > 0 then
  local bulk = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), now - burst * bulk_step)
  local wait = math.max(bulk, all) - now
  if wait > 0 then return math.ceil(wait) end
  redis.call('SET', KEYS[2], string.format('%.0f', bulk + bulk_step), 'PX', 60000)
elseif all - now > 0 then
  return math.ceil(all - now)
end
redis.call('SET', KEYS[1], string.format('%.0f', all + step), 'PX', 60000)
return 0
"""
BAN = """
local clock = redis.call('TIME')
local till = clock[1] * 1000000 + clock[2] + tonumber(ARGV[1])
if till > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%.0f', till), 'PX', math.ceil(ARGV[1] / 1000) + 1000)
end
return 0
"""


class Lane(StrEnum):
    FIRST = "first"  # somebody waits for it
    BULK = "bulk"  # a broadcast


class PaceAway(Exception):
    """Redis does not answer, so nobody knows how fast the others are."""


class Pace:
    """One bot's bucket. Rates are read anew each time; 0 is no limit at all."""

    def __init__(self, bot: str) -> None:
        self._keys = [f"telegram:{bot}:all", f"telegram:{bot}:bulk", f"telegram:{bot}:ban"]

    def take(self, lane: Lane) -> float:
        """0 is the permission to send one message; otherwise how many seconds to wait before asking again.

        Raises PaceAway.
        """
        limit = settings.TELEGRAM_A_SECOND
        if not limit:
            return 0
        bulk = settings.TELEGRAM_BULK_A_SECOND if lane is Lane.BULK else 0
        steps = [round(SECOND / (limit * STEADY)), round(SECOND / bulk) if bulk else 0]
        try:
            wait = _redis().eval(SCRIPT, 3, *self._keys, *steps, BURST)
        except (RedisError, OSError) as error:
            raise PaceAway(f"Redis does not answer: {type(error).__name__}") from None
        return int(wait) / SECOND

    def wait(self, patience: float) -> float:
        """For what somebody waits for: sleep until its turn, `patience` seconds at most.

        Returns 0, or after how many seconds to try again: then nothing is to be sent. Without Redis it goes at once: an
        access link matters more than the pace.
        """
        until = time.monotonic() + patience
        while True:
            try:
                wait = self.take(Lane.FIRST)
            except PaceAway as error:
                log.warning("telegram.unpaced", why=str(error))
                return 0
            if not wait or time.monotonic() + wait > until:
                return wait
            time.sleep(wait)

    def ban(self, seconds: int) -> None:
        """Telegram has said 429: nobody sends anything for so long."""
        if not settings.TELEGRAM_A_SECOND:
            return
        try:
            _redis().eval(BAN, 1, self._keys[2], seconds * SECOND)
        except (RedisError, OSError) as error:
            log.warning("telegram.ban_not_shared", why=type(error).__name__)


def pace_of(token: str) -> Pace:
    """A token begins with its bot's public number."""
    return Pace(token.partition(":")[0])


def _redis() -> Redis:
    return _connected(settings.REDIS_URL)


@lru_cache(maxsize=2)
def _connected(url: str) -> Redis:
    return connect(url)
