"""CloudPayments' notification signature: base64 of an HMAC-SHA256 over the body as received.

`Content-HMAC` covers the bytes, still percent-encoded. Its twin `X-Content-HMAC` covers decoded
text, from which two different bodies may come: it is never looked at.
"""

from __future__ import annotations

import base64
import hmac

HEADER = "content-hmac"


def sign(body: bytes, *, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def genuine(body: bytes, given: str, *, secret: str) -> bool:
    """Whether the header fits the body; never where the secret is not configured."""
    if not secret:
        return False
    expected = sign(body, secret=secret).encode()
    return hmac.compare_digest(expected, given.encode(errors="backslashreplace"))
