"""The orders of the bench: number n names the same order in Python and in SQL, and its callback is signed."""

from __future__ import annotations

import hashlib
import hmac
import json

SHOP_ID = "4242"
SECRET = "plat-bench-secret"
CUSTOMERS = 10_000
AMOUNT = 199

# The same names in SQL, for a generate_series called n.
REFERENCE_SQL = "md5('order' || n)"
GUID_SQL = "md5('guid' || n)::uuid::text"
CUSTOMER_SQL = f"(1 + n % {CUSTOMERS})"


def reference(n: int) -> str:
    return hashlib.md5(f"order{n}".encode()).hexdigest()


def guid(n: int) -> str:
    text = hashlib.md5(f"guid{n}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def body(n: int) -> bytes:
    """A paid callback as 1Plat sends it, about 313 bytes, HMAC over the rest of the body."""
    fields = {
        "payment_id": str(n),
        "guid": guid(n),
        "merchant_id": reference(n),
        "user_id": str(1 + n % CUSTOMERS),
        "status": 1,
        "amount": AMOUNT,
        "amount_to_pay": AMOUNT,
        "amount_to_shop": AMOUNT,
        "expired": "2030-01-01T00:00:00.000Z",
    }
    text = json.dumps(fields, separators=(",", ":"))
    signature = hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()
    return f'{{"signature":"{signature}",{text[1:]}'.encode()


def request(n: int, *, host: str, path: str) -> bytes:
    content = body(n)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
