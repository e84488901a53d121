"""1Plat's JSON and signatures, written from the wire notes alone (no code of the product).

The service is a Node program: JSON without spaces, Cyrillic as is, a whole number without a point.
Numbers are `Decimal`s printed by us, because a signature covers their very digits.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any

Payload = dict[str, Any]
SIGNATURES = ("signature", "signature_v2")


def number(value: Decimal, style: str = "int") -> str:
    """`199` and `169.15`; in the style "float" a whole number prints as `199.0`."""
    plain = f"{value.normalize():f}"
    return f"{plain}.0" if style == "float" and "." not in plain else plain


def stringify(value: Any, style: str = "int") -> str:
    """What JSON.stringify gives."""
    if isinstance(value, Decimal):
        return number(value, style)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{_text(key)}:{stringify(item, style)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(stringify(item, style) for item in value) + "]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def hmac_of(payload: Payload, secret: str, *, variant: str = "A", style: str = "int") -> str:
    """`signature`: variants A and C sign the fields in order, B sorts the keys."""
    signed = dict(sorted(payload.items())) if variant == "B" else payload
    return hmac.new(secret.encode(), stringify(signed, style).encode(), hashlib.sha256).hexdigest()


def md5_of(merchant_id: str, amount: str, shop_id: str, secret: str) -> str:
    """`signature_v2`: no separators, and neither the status nor the guid in it."""
    return hashlib.md5(
        f"{merchant_id}{amount}{shop_id}{secret}".encode(), usedforsecurity=False
    ).hexdigest()


def request_sign(shop_id: str, secret: str, amount: str, merchant_order_id: str) -> str:
    """`sign` of the redirect flow."""
    return hashlib.md5(
        f"{shop_id}:{secret}:{amount}:{merchant_order_id}".encode(), usedforsecurity=False
    ).hexdigest()


def signed_body(
    payload: Payload,
    *,
    shop_id: str,
    secret: str,
    variant: str = "A",
    style: str = "int",
    spoil: tuple[str, ...] = (),
    omit: tuple[str, ...] = (),
) -> bytes:
    """A callback's bytes. Signatures named in `spoil` are wrong, those in `omit` are absent."""
    amount = number(payload["amount"], style)
    made = {
        "signature": hmac_of(payload, secret, variant=variant, style=style),
        "signature_v2": md5_of(str(payload["merchant_id"]), amount, shop_id, secret),
    }
    for name in spoil:
        made[name] = made[name][::-1]
    signatures = {name: made[name] for name in SIGNATURES if name not in omit}
    body: Payload = signatures | ({"payload": payload} | payload if variant == "C" else payload)
    return stringify(body, style).encode()
