"""How far other people's clocks are from ours, read off the Date header of their answers.

with watching() as seen:
    provider.whoami()
seen  # seconds, one for each answer; more than nothing: theirs is ahead
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from email.utils import parsedate_to_datetime

from integrations.clock import wall_clock

LARGEST = 30.0  # seconds; a signature or a token may be refused beyond it

_seen: ContextVar[list[float] | None] = ContextVar("clock_skews", default=None)


@contextmanager
def watching() -> Iterator[list[float]]:
    """Every answer that arrives inside the block is looked at."""
    seen: list[float] = []
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def observe(headers: Mapping[str, str]) -> None:
    """Called by the HTTP client with each answer; free of charge where nobody watches."""
    seen = _seen.get()
    if seen is None:
        return
    try:
        theirs = parsedate_to_datetime(headers.get("Date", ""))
        seen.append(round((theirs - wall_clock()).total_seconds(), 1))
    except (TypeError, ValueError):  # no such header, or one without a zone
        return
