"""Pages of the staff themselves, of what the bot sent, and of how the payment providers are doing."""

from __future__ import annotations

from project.admin import messages, notices, people, providers

__all__ = ["messages", "notices", "people", "providers"]
