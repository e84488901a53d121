"""Crypto Pay's JSON and signature, written from the wire notes alone (no code of the product)."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Payload = dict[str, Any]


def number(value: Decimal) -> str:
    """Sums are strings: `199`, `125.5`, `0.00002`."""
    return f"{value.normalize():f}"


def moment(value: datetime) -> str:
    """As JavaScript prints a date."""
    return (
        value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    )


def printed(document: Payload, *, escaped: bool = False) -> bytes:
    """Compact, Cyrillic as it is; `escaped` is how another JSON library would print the same."""
    if escaped:
        return json.dumps(document).encode()
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signature(body: bytes, token: str) -> str:
    """`crypto-pay-api-signature`: the key is the digest of the token, 32 bytes."""
    return hmac.new(hashlib.sha256(token.encode()).digest(), body, "sha256").hexdigest()


def wrong_signatures(body: bytes, token: str) -> dict[str, str]:
    """What integrators take for the key."""
    hex_digest = hashlib.sha256(token.encode()).hexdigest()
    return {
        "token_key": hmac.new(token.encode(), body, "sha256").hexdigest(),
        "hex_key": hmac.new(hex_digest.encode(), body, "sha256").hexdigest(),
    }
