"""The sandbox's clock: real time plus an offset, shared with the product through a file of whole
seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Without a file the offset lives in memory and moves the simulators alone."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seconds = 0

    @property
    def offset_seconds(self) -> int:
        if self._path is None:
            return self._seconds
        try:
            return int(self._path.read_text())
        except FileNotFoundError:
            return 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def set(self, seconds: int) -> None:
        self._seconds = seconds
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(self._path.name + ".part")
        partial.write_text(str(seconds))
        partial.replace(self._path)
