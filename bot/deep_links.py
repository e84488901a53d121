"""Links that open the bot with something to do: t.me/<bot>?start=<payload>, 64 characters of payload at most."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode

from integrations.telegram.client import BotApi, get_bot_api

GIFT = "gift_"
PROMO = "promo_"
MAX_PAYLOAD = 64  # Telegram's limit


def start_link(bot_username: str, payload: str) -> str:
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"{payload!r} is longer than {MAX_PAYLOAD} characters")
    return f"https://t.me/{bot_username}?start={payload}"


def share_link(address: str, text: str) -> str:
    """Opens Telegram's list of chats to send an address to."""
    return f"https://t.me/share/url?{urlencode({'url': address, 'text': text})}"


def gift_link(bot_username: str, token: str) -> str:
    return start_link(bot_username, GIFT + token)


def our_username() -> str:
    """The bot's own name, for a worker; Telegram is asked once per process. Raises the errors of its client."""
    return _username(get_bot_api())


@lru_cache(maxsize=8)
def _username(api: BotApi) -> str:
    return api.get_me().username
