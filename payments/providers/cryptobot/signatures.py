"""Crypto Pay's callback signature: one header over the bytes of the body, as they were received.

The key is the SHA-256 of the app's token, its 32 raw bytes: neither the token itself nor the digest's hex text.
"""

from __future__ import annotations

import hashlib
import hmac

from integrations.callbacks import RawCallback

HEADER = "crypto-pay-api-signature"


def sign(body: bytes, *, token: str) -> str:
    """Lower-case hex."""
    key = hashlib.sha256(token.encode()).digest()
    return hmac.digest(key, body, "sha256").hex()


def is_genuine(raw: RawCallback, *, token: str) -> bool:
    """Whether the holder of the token signed these bytes; never where we have no token."""
    if not token:
        return False
    given = raw.headers.get(HEADER, "").encode(errors="replace")
    return hmac.compare_digest(sign(raw.body, token=token).encode(), given)
