"""Time that stands still until a run moves it: for the product's clock and for its leases alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

START = datetime(2028, 1, 31, 21, 30, tzinfo=UTC)  # a month's longest day before a leap day


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def forward(self, span: timedelta) -> None:
        self.moment += span

    def again(self) -> None:
        self.moment = START

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """`integrations.clock` asks Django's."""
        with patch("django.utils.timezone.now", self.now):
            yield
