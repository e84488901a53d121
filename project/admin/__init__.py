"""Pages of the staff themselves and of what the bot sent."""

from __future__ import annotations

from project.admin import messages, people

__all__ = ["messages", "people"]
