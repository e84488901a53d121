"""CloudPayments' bodies and signatures, written from the wire notes alone (no code of the product)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus, urlencode

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def digest(text: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def signatures(body: bytes, secret: str, *, form: bool) -> dict[str, str]:
    """Both headers: over the bytes, and over what they say once decoded (JSON is never encoded)."""
    decoded = unquote_plus(body.decode()).encode() if form else body
    return {"Content-HMAC": digest(body, secret), "X-Content-HMAC": digest(decoded, secret)}


def written(document: Any) -> str:
    """JSON as their API writes it: sums are numbers."""
    return json.dumps(document, ensure_ascii=False, default=_number)


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


def body_of(fields: dict[str, Any], *, form: bool) -> bytes:
    """A form has two decimals and empty values; JSON has numbers and null."""
    if not form:
        return written({name: value or None for name, value in fields.items()}).encode()
    plain = {
        name: f"{value:.2f}" if isinstance(value, Decimal) else str(value)
        for name, value in fields.items()
    }
    return urlencode(plain).encode()


# What their answers have besides: of the payer and of his card. Libraries break where a name is missing.
PAYER: dict[str, Any] = {
    "CurrencyCode": 0,
    "Email": None,
    "JsonData": None,
    "AuthCode": "A1B2C3",
    "IpAddress": "203.0.113.7",
    "IpCountry": "RU",
    "IpCity": "Москва",
    "IpRegion": "Москва",
    "IpDistrict": "Центральный федеральный округ",
    "IpLatitude": Decimal("55.75"),
    "IpLongitude": Decimal("37.62"),
    "CardFirstSix": "424242",
    "CardLastFour": "4242",
    "CardExpDate": "12/30",
    "CardType": "Visa",
    "CardTypeCode": 0,
    "Issuer": "Банк",
    "IssuerBankCountry": "RU",
    "CardHolderMessage": None,
    "Name": "ANNA K",
    "Token": "tk_demo_1",
}
