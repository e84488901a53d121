"""Waking the workers without ever waiting for Redis.

A request or a transaction says `wake(task)`; a daemon thread of the process sends one coalesced message. A frozen
Redis therefore costs a callback nothing, and a lost wake-up costs a second: beat sends the same task every second.
"""

from __future__ import annotations

import os
import threading
import time

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError
from redis import Redis, RedisError

from integrations.redis_client import connect

log = structlog.get_logger(__name__)

COALESCE_MS = (
    1000  # within this time one message is enough; the worker removes the mark before it reads
)
PAUSE = 0.02  # seconds between two messages of one process: a rush of calls costs fifty a second at most


class Waker:
    """One per process; it starts its thread anew after a fork."""

    def __init__(self) -> None:
        self._pending: set[str] = set()
        self._signal = threading.Event()
        self._lock = threading.Lock()
        self._pid = 0

    def wake(self, task: str) -> None:
        self._pending.add(task)
        self._signal.set()
        if self._pid != os.getpid():
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="waker", daemon=True).start()

    def _run(self) -> None:
        redis = connect(settings.REDIS_URL)
        while True:
            self._signal.wait()
            self._signal.clear()
            while self._pending:
                task = self._pending.pop()
                try:
                    if redis.set(mark(task), 1, nx=True, px=COALESCE_MS):
                        current_app.send_task(task, expires=5, retry=False)
                except (RedisError, OperationalError, OSError) as error:
                    log.warning("wakeup.lost", task=task, error=type(error).__name__)
            time.sleep(PAUSE)


def mark(task: str) -> str:
    return f"wake:{task}"


def awake(task: str) -> None:
    """Called by the worker before it reads: whoever comes after this needs a new wake-up."""
    try:
        _worker_redis().delete(mark(task))
    except RedisError as error:
        log.warning("wakeup.mark_kept", task=task, error=type(error).__name__)


def _worker_redis() -> Redis:
    global _redis
    if _redis is None:
        _redis = connect(settings.REDIS_URL)
    return _redis


_redis: Redis | None = None
_waker = Waker()
wake = _waker.wake
