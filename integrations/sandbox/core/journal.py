"""The last requests each service saw, for people and for tests."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 1000


@dataclass(frozen=True)
class Entry:
    """One exchange. `direction` is "in" (the product called) or "out" (the service called the
    product).
    """

    number: int
    at: str
    service: str
    direction: str
    method: str
    path: str
    operation: str
    subject: str
    status: int  # 0: no answer was given
    ms: int
    fault: str
    request: str
    answer: str


class Journal:
    """A ring of entries. Callers hold the sandbox's lock."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._last = 0

    def add(self, **facts: Any) -> None:
        self._last += 1
        self._entries.append(Entry(number=self._last, **facts))

    def listing(
        self, service: str = "", limit: int = 100, operation: str = ""
    ) -> list[dict[str, Any]]:
        """Newest last."""
        found = [
            asdict(entry)
            for entry in self._entries
            if service in ("", entry.service) and operation.lower() in ("", entry.operation.lower())
        ]
        return found[-limit:]

    def count(self, service: str) -> int:
        return sum(1 for entry in self._entries if entry.service == service)

    def clear(self, service: str = "") -> None:
        self._entries = deque(
            (entry for entry in self._entries if service and entry.service != service), maxlen=KEPT
        )
