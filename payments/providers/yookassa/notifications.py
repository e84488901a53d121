"""The reader of notification bodies: one JSON object, or CallbackMalformed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Never

from integrations.errors import CallbackMalformed

MAX_BRACKETS = 256  # a payment holds about ten objects and its description may hold brackets


def read(body: bytes) -> dict[str, Any]:
    if body.count(b"{") + body.count(b"[") > MAX_BRACKETS:
        raise CallbackMalformed("nested too deeply")
    try:
        data = _decoder.decode(body.decode())
    except (ValueError, ArithmeticError):
        raise CallbackMalformed("not JSON in UTF-8") from None
    if not isinstance(data, dict):
        raise CallbackMalformed("not a JSON object")
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of a repeated key may see two different payments."""
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("repeated key")
    return data


def _not_json(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_not_json
)
