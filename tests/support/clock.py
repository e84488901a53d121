"""The product's clock in a test's hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.test import override_settings

from integrations.clock import now, wall_clock


class MovedClock:
    """Moves the product's time in whole seconds; the wall clock stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.write_text("0")

    def to(self, moment: datetime) -> None:
        """A second after this moment at the latest."""
        self._path.write_text(str(int((moment - wall_clock()).total_seconds()) + 1))

    def forward(self, step: timedelta) -> None:
        self.to(now() + step)


@contextmanager
def moved_clock(folder: Path) -> Iterator[MovedClock]:
    path = folder / "clock-offset"
    with override_settings(CLOCK_OFFSET_FILE=path):
        yield MovedClock(path)
