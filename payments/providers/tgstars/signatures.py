"""Our own seal on an update that the bot took from Telegram and hands to the inbox.

Telegram authenticates an update by the way it comes (the token in our request, the secret header of the webhook), not
by a signature. The bot seals it, so that nobody can post one to the public address.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "x-provodnik-seal"
PURPOSE = b"telegram stars update:"


def seal(body: bytes, *, token: str) -> str:
    key = hashlib.sha256(PURPOSE + token.encode()).digest()
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def is_genuine(body: bytes, given: str, *, token: str) -> bool:
    """Constant-time; nothing is genuine without a token."""
    if not token or not given:
        return False
    return hmac.compare_digest(seal(body, token=token).encode(), given.encode(errors="replace"))
