"""Who wants to know of every call to an outside service. The HTTP client reports here; it knows no database.

An observer takes a Call, must be quick and must never raise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

MISSES = frozenset({408, 429})  # answers that are none, beside those of 500 and more


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One attempt. `status` is None where no whole answer came; `headers` are those of the answer."""

    service: str
    ms: int
    status: int | None
    headers: Mapping[str, str]

    @property
    def is_error(self) -> bool:
        return self.status is None or self.status >= 500 or self.status in MISSES


observers: list[Callable[[Call], None]] = []


def tell(call: Call) -> None:
    for observe in observers:
        observe(call)
