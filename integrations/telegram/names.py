"""Who our bot is, and the address that opens it with something to do."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from integrations.telegram.client import BotApi, get_bot_api


def bot_username() -> str:
    """The bot's own name; Telegram is asked once per process. Raises the errors of its client."""
    return _username(get_bot_api())


def start_address(payload: str) -> str:
    """A link for people outside the chat; in the sandbox it opens the chat page there. Raises as `bot_username`."""
    if settings.SANDBOX:
        return f"{settings.SANDBOX_URL}/chat/?start={payload}"
    return f"https://t.me/{bot_username()}?start={payload}"


@lru_cache(maxsize=8)
def _username(api: BotApi) -> str:
    return api.get_me().username
