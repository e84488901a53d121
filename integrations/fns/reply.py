"""An answer as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: `text` without the key, the SHA-256 of the very bytes, `data` where it was a JSON object or list."""

    method: str
    text: str
    sha256: str
    data: Any = None
