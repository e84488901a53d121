"""The border to other people's data: bytes and loose dicts in, values that are what they say, or an error with a name.

What is wrong is always said by the field's name, never by its value: the text may end in a log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Never

from integrations.errors import CallbackMalformed

MAX_BRACKETS = 64  # a call holds a few objects inside each other; deeper nesting only costs stack


class Unreadable(ValueError):
    """A field is missing or is not what it should be. The text names the field, never its value."""


def read_object(
    body: bytes,
    *,
    number: Callable[[str], Any] = Decimal,
    integer: Callable[[str], Any] = int,
    max_brackets: int = MAX_BRACKETS,
) -> dict[str, Any]:
    """The JSON object in `body`, keys in the order received, or CallbackMalformed.

    `number` and `integer` make fractions and whole numbers from their source text; neither becomes a float.
    A repeated key is refused, because two readers of it may see two different sums.
    """
    if body.count(b"{") + body.count(b"[") > max_brackets:
        raise CallbackMalformed("nested too deeply")
    try:
        data = _decoder(number, integer).decode(body.decode())
    except (ValueError, ArithmeticError):
        raise CallbackMalformed("not JSON in UTF-8") from None
    if not isinstance(data, dict):
        raise CallbackMalformed("not a JSON object")
    return data


def texts(fields: Mapping[str, Any]) -> dict[str, str]:
    """The plain fields as text, for reading and for people: nothing nested, nothing unprintable."""
    return {
        name: str(value)
        for name, value in fields.items()
        if isinstance(value, (str, int, Decimal))
        and not isinstance(value, bool)
        and name.isprintable()
        and str(value).isprintable()
    }


def keepable(text: str) -> str:
    """Text as a database takes it: without NUL, and without halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def moment(value: Any) -> datetime | None:
    """A date in ISO 8601, in UTC where it names no zone; None for anything else, which is no error."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def web_address(value: Any) -> str:
    """An address that may be shown to a customer as a link, else ""."""
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        return ""
    return value if value.startswith(("https://", "http://")) else ""


@cache
def _decoder(number: Callable[[str], Any], integer: Callable[[str], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_unique,
        parse_float=number,
        parse_int=integer,
        parse_constant=_not_json,
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("repeated key")
    return data


def _not_json(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")
