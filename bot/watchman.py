"""The bot process looks after the others: it judges the alerts and sends notices by itself, whoever else is dead.

Where the database itself is away it says so in the staff group straight away; nothing else could.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from redis import Redis, RedisError

from bot.bridge import DatabaseAway
from bot.notices import by_mail, sending
from integrations.errors import IntegrationError
from integrations.services import post
from integrations.telegram.client import get_bot_api
from integrations.telegram.errors import MaybeSent

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
        self._is_known = False  # that it is away: told by us, or by another process
        self._is_ours = False  # to be told by us when it is back
        self._name = f"{socket.gethostname()}:{os.getpid()}"

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
        is_away = since is not None and time.monotonic() - since > AWAY
        if is_away and not self._is_known:
            self._is_ours = self._is_first()
            self._is_known = not self._is_ours or say(is_away=True)
        elif self._is_known and since is None:
            self._is_known = self._is_ours and not say(is_away=False)

    def _is_first(self) -> bool:
        """Of several bot processes one tells it. Without Redis each does: better twice than never."""
        redis = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        try:
            taken = redis.set(TOLD, self._name, nx=True, ex=TOLD_FOR)
            return bool(taken) or redis.get(TOLD) == self._name.encode()
        except RedisError:
            return True
        finally:
            redis.close()


def say(*, is_away: bool) -> bool:
    """Straight into the staff group, past the table of notices; whether that is done with."""
    if not settings.STAFF_CHAT_ID:
        return True
    with override(settings.LANGUAGE_CODE):
        text = (
            _(
                "🔴 База данных не отвечает больше минуты. Вызовы получают 503, доступ не открывается."
            )
            if is_away
            else _("✅ База данных снова отвечает.")
        )
    try:
        get_bot_api().send_message(int(settings.STAFF_CHAT_ID), text)
    except MaybeSent:
        return True
    except IntegrationError as error:
        log.warning("watchman.not_told", error=type(error).__name__)
        return False
    return True
