"""The outbox emptied by several hands: most of what stands in it waits for others, and that it can do together.

One thread takes whatever has waited longest, as ever. Where that is not over soon, helpers stand beside it until the
run ends, each for the reactions of one app (OUTBOX_LANES). Who does not answer is not asked by many of us at once:
after the first reaction that found its service unreachable the helpers of that app go, and one thread is left to look.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum, auto
from itertools import cycle, islice

import structlog
from django.conf import settings
from django.db import connections
from django.db.models import Q

from integrations.errors import ServiceUnreachable
from integrations.models import OutboxMessage
from integrations.services import outbox

log = structlog.get_logger(__name__)

SECONDS = 20.0  # of one run
ALONE = 0.5  # seconds: what is done by then needs no helpers, their connections and their threads
LOOK_AGAIN = 0.2  # seconds between two looks of a thread with nothing to do


class Taken(Enum):
    """What became of a thread's look at the outbox."""

    DELIVERED = auto()
    FAILED = auto()
    NOTHING = auto()  # is due
    NOT_YET = auto()  # what is due, if anything, concerns what others have in hand


def drain(*, seconds: float = SECONDS) -> int:
    """Deliver what is due until nothing is or the time is up; returns how many succeeded."""
    run = _Run(seconds)
    helpers: list[Future[int]] = []
    delivered = 0
    with ThreadPoolExecutor(max(settings.OUTBOX_THREADS, 1), "outbox") as pool:
        try:
            while not run.is_over() and (taken := run.take(outbox.EVERYTHING)) != Taken.NOTHING:
                delivered += taken == Taken.DELIVERED
                if not helpers and run.lasts():
                    helpers = [pool.submit(copy_context().run, run.help, app) for app in _lanes()]
        finally:
            run.end()
    return delivered + sum(helper.result() for helper in helpers)


def _lanes() -> list[str]:
    """Of each helper, the app it works for."""
    return list(islice(cycle(settings.OUTBOX_LANES), max(settings.OUTBOX_THREADS - 1, 0)))


class _Run:
    """What the threads of one drain know of each other."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._ended = threading.Event()
        self._claiming = threading.Lock()
        self._in_hand: list[str] = []  # cases: what concerns one is done in its order
        self._troubled: set[str] = set()  # apps

    def lasts(self) -> bool:
        return time.monotonic() - self._began > ALONE

    def is_over(self) -> bool:
        return self._ended.is_set() or time.monotonic() >= self._until

    def end(self) -> None:
        self._ended.set()

    def help(self, app: str) -> int:
        """Deliver what is due of one app until the run ends or that app's service is in trouble."""
        delivered, mine = 0, Q(app=app)
        try:
            while app not in self._troubled and not self.is_over():
                taken = self.take(mine)
                delivered += taken == Taken.DELIVERED
                if taken == Taken.NOTHING:
                    self._ended.wait(LOOK_AGAIN)
        finally:
            connections.close_all()  # this thread's
        return delivered

    def take(self, of: Q) -> Taken:
        """Do the next thing that is due."""
        message, others = self._claim(of)
        if message is None:
            if not others:
                return Taken.NOTHING
            self._ended.wait(LOOK_AGAIN)
            return Taken.NOT_YET
        try:
            error = outbox.attempt(message)
        finally:
            with self._claiming:
                self._in_hand.remove(message.case)
        if isinstance(error, ServiceUnreachable):
            self._leave_alone(message, error)
        return Taken.DELIVERED if error is None else Taken.FAILED

    def _claim(self, of: Q) -> tuple[OutboxMessage | None, bool]:
        """And whether others had anything in hand."""
        with self._claiming:
            others = [*self._in_hand]
            message = outbox.claim_next(of & ~Q(case__in=[case for case in others if case]))
            if message is not None:
                self._in_hand.append(message.case)
        return message, bool(others)

    def _leave_alone(self, message: OutboxMessage, error: ServiceUnreachable) -> None:
        app = message.reaction.partition(".")[0]
        if app in settings.OUTBOX_LANES and app not in self._troubled:
            self._troubled.add(app)
            log.warning("outbox.alone", app=app, service=error.service)
