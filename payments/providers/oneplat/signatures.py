"""1Plat's two callback signatures, and the JSON reader they need.

`signature` is an HMAC over `JSON.stringify(payload)`. To print the same text again the reader
keeps every number as its source text (199, 199.0 and 199.00 sign differently) and the keys in
the order received.

`signature_v2` is MD5(merchant_id + amount + shop id + secret), glued without separators. It
covers neither the status nor the guid, and order "1" + sum "199" signs like order "11" + sum
"99": it proves that a callback is theirs, never what the callback says.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from integrations.foreign import read_object

SIGNATURES = frozenset({"signature", "signature_v2"})
PLAIN_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")


class Number(str):
    """A JSON number as the text it was received in."""

    __slots__ = ()


Value: TypeAlias = "str | bool | list[Value] | dict[str, Value] | None"
Object: TypeAlias = "dict[str, Value]"


def read(body: bytes) -> Object:
    """The JSON object in `body` with its numbers as text, or CallbackMalformed."""
    return read_object(body, number=Number, integer=Number)


def js(value: Value) -> str:
    """What JavaScript's JSON.stringify prints for the same value."""
    if isinstance(value, str):
        return str(value) if isinstance(value, Number) else _quote(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{_quote(key)}:{js(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([js(item) for item in value]) + "]"
    return json.dumps(value)


def js_bytes(value: Value) -> bytes:
    """The same as bytes; a lone surrogate stays escaped, as JSON.stringify leaves it."""
    return js(value).encode(errors="backslashreplace")


def js_number(token: str) -> str:
    """A plain decimal as JavaScript prints it: 199.00 -> 199. Anything else stays as it is."""
    return token.rstrip("0").rstrip(".") if PLAIN_DECIMAL.fullmatch(token) else token


@dataclass(frozen=True, slots=True)
class Checked:
    """What a valid signature vouches for; `complete`: for every field, the status too. `by` names it for people."""

    complete: bool
    fields: Object
    by: str = ""


def check(data: Object, *, shop_id: str, secret: str) -> Checked | None:
    """What the valid signature of a callback covers; None where neither of the two is right.

    Integrators read "payload" in three ways, and no official text settles which one 1Plat signs:
    a `payload` object inside the body; the body without its signatures, as received; the same
    with sorted keys. All are HMACs with one key, so trying three weakens nothing as long as only
    the covered fields are used.
    """
    if not shop_id or not secret:
        return None
    rest = {name: value for name, value in data.items() if name not in SIGNATURES}
    given = _given(data, "signature")
    for name, reading in _readings(rest):
        if hmac.compare_digest(sign_hmac(reading, secret=secret).encode(), given):
            return Checked(complete=True, fields=order_fields(reading), by=f"HMAC over {name}")
    fields = order_fields(rest)
    if _md5_fits(fields, _given(data, "signature_v2"), shop_id=shop_id, secret=secret):
        return Checked(complete=False, fields=fields, by="MD5 of order number and sum")
    return None


def _readings(rest: Object) -> Iterator[tuple[str, Object]]:
    if isinstance(inner := rest.get("payload"), dict):
        yield "the payload inside the body", inner
    yield "the body as received", rest
    yield "the body with sorted keys", _sorted(rest)


def order_fields(data: Object) -> Object:
    """Where the order stands: in the body itself, or in its `payload`."""
    inner = data.get("payload")
    return inner if "merchant_id" not in data and isinstance(inner, dict) else data


def sign_hmac(fields: Object, *, secret: str) -> str:
    return hmac.digest(secret.encode(), js_bytes(fields), "sha256").hex()


def sign_md5(*, merchant_id: str, amount: str, shop_id: str, secret: str) -> str:
    text = f"{merchant_id}{amount}{shop_id}{secret}"
    digest = hashlib.md5(text.encode(errors="backslashreplace"), usedforsecurity=False)
    return digest.hexdigest()


def _md5_fits(fields: Object, given: bytes, *, shop_id: str, secret: str) -> bool:
    merchant_id, amount = fields.get("merchant_id"), fields.get("amount")
    if not isinstance(merchant_id, str) or not isinstance(amount, str):
        return False
    fits = False
    for text in (amount, js_number(amount) if isinstance(amount, Number) else amount):
        expected = sign_md5(merchant_id=merchant_id, amount=text, shop_id=shop_id, secret=secret)
        fits |= hmac.compare_digest(expected.encode(), given)
    return fits


def _given(data: Mapping[str, Value], name: str) -> bytes:
    value = data.get(name)
    return value.encode(errors="backslashreplace") if isinstance(value, str) else b""


def _sorted(value: Value) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


_quote = json.encoder.encode_basestring
