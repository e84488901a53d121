"""The life of the bot process: polling in turns, or a webhook; a heartbeat; a clean end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import Error
from telegram.error import Conflict, NetworkError, RetryAfter, TelegramError

from bot.application import ALLOWED_UPDATES, build_application, introduce
from bot.bridge import in_db
from bot.routing import BotApplication
from bot.standby import Turn
from bot.watchman import Watchman
from bot.webhook import Answered
from integrations import watchdog
from integrations.services import heartbeats

log = structlog.get_logger(__name__)

WEBHOOK_PATH = "bot/webhook"
WEBHOOK_LISTEN = "127.0.0.1:8081"  # BOT_WEBHOOK_LISTEN says otherwise
HEARTBEAT = 15.0  # seconds
TURN_CHECK = 2.0
TURN_TIMEOUT = 8.0
LONGEST_PAUSE = 30.0


async def run(*, mode: str) -> None:
    """Until SIGTERM or SIGINT. Raises InvalidToken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    beside = [asyncio.create_task(_tell_systemd())]
    if settings.WATCH:
        beside.append(asyncio.create_task(Watchman().watch()))
    try:
        await (serve_webhook(stop) if mode == "webhook" else poll_in_turns(stop))
    finally:
        for task in beside:
            task.cancel()
        log.info("bot.stopped")


async def poll_in_turns(stop: asyncio.Event) -> None:
    """Wait for the turn, poll until it is lost or the process has to stop, and again."""
    turn = Turn()
    said = False
    try:
        while not stop.is_set():
            if await asyncio.to_thread(turn.take):
                said = False
                async with working(stop) as application:
                    if application is not None:
                        await poll(application, turn, stop)
                await asyncio.to_thread(turn.give_up)
            elif not said:
                log.info("bot.standing_by")
                said = True
            await _pause(stop, TURN_CHECK)
    finally:
        await asyncio.to_thread(turn.give_up)


async def poll(application: BotApplication, turn: Turn, stop: asyncio.Event) -> None:
    """Take updates for as long as the turn is ours."""
    updater = application.updater
    assert updater is not None  # noqa: S101 - built with one
    await updater.start_polling(
        allowed_updates=list(ALLOWED_UPDATES), bootstrap_retries=-1, error_callback=_polling_error
    )
    log.info("bot.polling", username=application.bot.username)
    try:
        while not await _pause(stop, TURN_CHECK):
            if not await _still_ours(turn):
                log.warning("bot.turn_lost")
                return
    finally:
        await updater.stop()


async def serve_webhook(stop: asyncio.Event) -> None:
    """Listen behind the reverse proxy. Any number of processes may do so: Telegram calls one of them."""
    door = settings.CREDENTIALS.get("BOT_WEBHOOK_LISTEN") or WEBHOOK_LISTEN
    host, _, port = door.rpartition(":")
    async with working(stop, mode="webhook") as application:
        if application is None:
            return
        updater, taken = application.updater, application.update_queue
        assert updater is not None  # noqa: S101 - built with one
        assert isinstance(taken, Answered)  # noqa: S101 - built with one
        await updater.start_webhook(
            listen=host,
            port=int(port),
            url_path=WEBHOOK_PATH,
            webhook_url=f"{settings.PUBLIC_URL}/{WEBHOOK_PATH}",
            secret_token=settings.CREDENTIALS["BOT_WEBHOOK_SECRET"],
            allowed_updates=list(ALLOWED_UPDATES),
            bootstrap_retries=-1,
        )
        log.info("bot.listening", username=application.bot.username, on=door)
        try:
            await stop.wait()
        finally:
            await taken.settle()
            await updater.stop()


@asynccontextmanager
async def working(
    stop: asyncio.Event, *, mode: str = "polling"
) -> AsyncIterator[BotApplication | None]:
    """An application that handles updates, with its heartbeat; None where the process had to stop before.

    At the end the updates already taken are still handled.
    """
    application = build_application(settings.CREDENTIALS, mode=mode)
    if not await _patiently(application.initialize, stop):
        yield None
        return
    await _patiently(lambda: introduce(application), stop)
    await application.start()
    heartbeat = asyncio.create_task(_beat())
    try:
        yield application
    finally:
        heartbeat.cancel()
        with suppress(asyncio.CancelledError):
            await heartbeat
        await application.stop()
        await application.shutdown()


async def _patiently(call: Callable[[], Awaitable[None]], stop: asyncio.Event) -> bool:
    """Make a call until Telegram can be reached; False where the process has to stop first."""
    pause = 1.0
    while not stop.is_set():
        try:
            await call()
        except RetryAfter as error:
            asked = error.retry_after
            pause = asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
        except NetworkError as error:
            log.warning("bot.telegram_unreachable", error=type(error).__name__)
        else:
            return True
        await _pause(stop, pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    return False


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Wait; True as soon as the process has to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


async def _still_ours(turn: Turn) -> bool:
    """A database that does not answer at all has lost the lock as far as we can tell."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(turn.is_ours), TURN_TIMEOUT)
    except TimeoutError:
        return False


async def _tell_systemd() -> None:
    """The loop turns, whether this process has its turn with Telegram or stands by."""
    while True:
        watchdog.alive()
        await asyncio.sleep(HEARTBEAT)


async def _beat() -> None:
    while True:
        try:
            await in_db(heartbeats.beat, "bot")
        except Error as error:
            log.warning("bot.heartbeat_missed", error=type(error).__name__)
        await asyncio.sleep(HEARTBEAT)


def _polling_error(error: TelegramError) -> None:
    """The updater goes on by itself; a conflict means another program with the same token."""
    event = "bot.another_poller" if isinstance(error, Conflict) else "bot.polling_error"
    log.warning(event, error=type(error).__name__)
