"""Pages of the staff themselves, of what is wrong, of what the bot sent, and of how the payment providers are doing."""

from __future__ import annotations

from project.admin import alerts, mailings, messages, notices, people, providers

__all__ = ["alerts", "mailings", "messages", "notices", "people", "providers"]
