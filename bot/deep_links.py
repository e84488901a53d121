"""Links that open the bot with something to do: t.me/<bot>?start=<payload>, 64 characters of payload at most."""

from __future__ import annotations

from urllib.parse import urlencode

from integrations.telegram.names import bot_username as our_username
from partners.services import chats

__all__ = ["GIFT", "PARTNER", "PROMO", "gift_link", "our_username", "share_link", "start_link"]

GIFT = "gift_"
PROMO = "promo_"
PARTNER = chats.PAYLOAD
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
