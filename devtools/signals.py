"""Ctrl-C, SIGTERM and a closed terminal mean the same: stop in order, and do not be hurried."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def unwind_on_stop() -> None:
    """Every ending raises KeyboardInterrupt, so that each `finally` does its part."""
    on_stop(_interrupt)


def ignore_stop() -> None:
    """For the way out: a second Ctrl-C must not leave servers behind.

    A handler that does nothing rather than SIG_IGN, which children would inherit.
    """
    on_stop(lambda _number, _frame: None)


def on_stop(handler: Callable[[int, FrameType | None], None]) -> None:
    for ending in ENDINGS:
        signal.signal(ending, handler)
