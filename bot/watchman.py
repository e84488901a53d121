"""The bot process looks after the others: it judges the alerts and sends notices by itself, whoever else is dead.

Where the database itself is away it says so to staff straight away (bot.notices.straight); nothing else could.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from redis import RedisError

from bot.bridge import DatabaseAway
from bot.notices import by_mail, sending, straight
from bot.notices.straight import Telling
from integrations.clock import now
from integrations.redis_client import connect
from integrations.services import post

log = structlog.get_logger(__name__)

AWAY = 60.0  # seconds without one good look: the database is away
GRACE = 4  # times WATCH_EVERY: the others start at the same time as we do
TOLD = "watchman:database"  # in Redis: two bot processes tell of it once
TOLD_FOR = 3600  # seconds


class Watchman:
    """One look at a time, in a thread: a database that hangs must not stop the one that tells of it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="watchman")
        self._look: Future[None] | None = None
        self._blind_since: float | None = None  # the database has not answered since then
        # What we tell, or told, of an outage that is not over for staff.
        self._away: Telling | None = None
        self._back: Telling | None = None
        self._mark = Mark(f"{socket.gethostname()}:{os.getpid()}")

    async def watch(self) -> None:
        """Until it is cancelled."""
        await asyncio.sleep(GRACE * settings.WATCH_EVERY)
        try:
            while True:
                if self._look is None or self._look.done():
                    self._look = self._pool.submit(self.look)
                await asyncio.sleep(settings.WATCH_EVERY)
                await asyncio.wrap_future(self._pool.submit(self.compare))
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def look(self) -> None:
        """Judge, and send what waits for staff. Whatever goes wrong is tried again by the next look."""
        self._blind_since = self._blind_since or time.monotonic()
        try:
            import_string(settings.WATCH)()
            self._blind_since = None
            self._send()
        except DatabaseAway as error:
            log.warning("watchman.blind", error=type(error).__name__)
        except Exception:
            self._blind_since = None
            log.exception("watchman.failed")
        finally:
            connection.close()

    def _send(self) -> None:
        """What a worker would do, for the case that there is none; each row is claimed, so nothing leaves twice."""
        sending.send_due(seconds=settings.WATCH_EVERY)
        if by_mail.mail_overdue() or not settings.STAFF_CHAT_ID:
            post.hurry(by_mail.LETTER)

    def compare(self) -> None:
        """Tell once that the database is away, and once that it is back."""
        since = self._blind_since
        try:
            if since is None:
                self._tell_back()
            elif (blind := time.monotonic() - since) > AWAY:
                self._tell_away(now() - timedelta(seconds=blind))
        except Exception:  # tried again: an end of this is an end of the watch
            log.exception("watchman.not_told")

    def _tell_away(self, since: datetime) -> None:
        if self._back is not None and self._back.is_heard:
            self._away = None  # staff think it is back
        self._back = None
        if not self._mark.take():
            return
        if self._away is None:
            self._away = Telling(straight.away(since))
        if not self._away.go_on() and not self._away.is_heard:
            self._mark.let_go()

    def _tell_back(self) -> None:
        """To those who heard that it was away."""
        if self._away is None:
            return
        if self._away.is_heard:
            if self._back is None:
                news = straight.back(self._away.news.at, now())
                self._back = Telling(news, also=self._away.by_letter)
            if not self._back.go_on():
                return
            self._mark.let_go(after=int(AWAY))
        self._away = self._back = None


class Mark:
    """In Redis: of several bot processes the one that set it tells.

    Without Redis each does: better twice than never.
    """

    def __init__(self, name: str) -> None:
        self._name = name.encode()

    def take(self) -> bool:
        """Whether it is ours; if so, it stands for an hour from now."""
        try:
            with connect(settings.REDIS_URL) as redis:
                taken = redis.set(TOLD, self._name, nx=True, ex=TOLD_FOR)
                return bool(taken) or (
                    redis.get(TOLD) == self._name and bool(redis.expire(TOLD, TOLD_FOR))
                )
        except RedisError:
            return True

    def let_go(self, *, after: int = 0) -> None:
        """Another may tell: of this outage where nobody took it from us, of the next one otherwise."""
        try:
            with connect(settings.REDIS_URL) as redis:
                if redis.get(TOLD) == self._name:
                    redis.expire(TOLD, after)
        except RedisError as error:
            log.warning("watchman.mark_kept", error=type(error).__name__)
