"""How far other people's clocks are from ours, read off the Date header of their answers.

    with watching(wall_clock) as seen:
        provider.whoami()
    seen  # seconds, one for each answer; more than nothing: theirs is ahead

The HTTP client reports here, and it is used where no settings exist: so our own clock is brought along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from email.utils import parsedate_to_datetime

LARGEST = 30.0  # seconds; a signature or a token may be refused beyond it

Clock = Callable[[], datetime]

_watcher: ContextVar[tuple[Clock, list[float]] | None] = ContextVar("skew_watcher", default=None)


@contextmanager
def watching(clock: Clock) -> Iterator[list[float]]:
    """Every answer that arrives inside the block is looked at."""
    seen: list[float] = []
    token = _watcher.set((clock, seen))
    try:
        yield seen
    finally:
        _watcher.reset(token)


def observe(headers: Mapping[str, str]) -> None:
    """Called by the HTTP client with each answer; free of charge where nobody watches."""
    watcher = _watcher.get()
    if watcher is None:
        return
    clock, seen = watcher
    try:
        theirs = parsedate_to_datetime(headers.get("Date", ""))
        seen.append(round((theirs - clock()).total_seconds(), 1))
    except (TypeError, ValueError):  # no such header, or one without a zone
        return
