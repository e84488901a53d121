"""What people mean: side, wish, place, money and time in a message of free words, Russian or simple English."""

from __future__ import annotations

from partners.services.understanding.reading import Reading, read
from partners.services.understanding.understood import Understood

__all__ = ["Reading", "Understood", "read", "understand"]


def understand(text: str) -> Understood:
    """What one message says. What it does not say is left empty, never guessed."""
    return read(text).understood
