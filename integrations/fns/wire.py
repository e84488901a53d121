"""From bytes to an answer, or to the error that they stand for.

The service answers in JSON when all is well, and otherwise in plain text, HTML, a bare JSON string, or an object with
`error` or `message`, with 403 or with 200. So the words decide, not the status.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from integrations.fns.errors import (
    SERVICE,
    AddressRefused,
    BadKey,
    FnsProblem,
    Odd,
    QuotaOver,
    SoftError,
)
from integrations.fns.reply import Reply

HIDDEN = "•••"
EXCERPT = 120  # characters of the service's own words in an error
# What the words say, looked for in this order: a refusal of our address names the key as well. «Исключено» does not.
SIGNS: tuple[tuple[re.Pattern[str], type[FnsProblem]], ...] = (
    (re.compile(r"исчерпан|\bлимит"), QuotaOver),
    (re.compile(r"ip-адрес"), AddressRefused),
    (re.compile(r"\bключ"), BadKey),
)
NOT_FOUND = "не найден"
PAGE = re.compile(r"\s*<(!doctype|html|head|\?xml)", re.IGNORECASE)
OK = 200
REFUSALS = (401, 403)
TOO_MANY = 429


def read(method: str, status: int, content: bytes, *, key: str) -> Reply:
    """The answer as JSON. Raises BadKey, QuotaOver, AddressRefused, SoftError or Odd, each with its `reply`."""
    text = decode(content)
    # PostgreSQL keeps no NUL in a text.
    shown = hide(text, key).replace("\x00", "\ufffd")
    data = _parsed(text)
    reply = Reply(method, shown, hashlib.sha256(content).hexdigest(), data)
    if status == OK and isinstance(data, dict | list):
        words = _complaint(data)
        if words is None:
            return reply
        raise _problem(_kind(words) or SoftError, hide(words, key), status, reply)
    words = data if isinstance(data, str) else _complaint(data) or text
    kind = _kind(words)
    if kind is None and status in REFUSALS and not is_page(text):
        kind = BadKey
    if status == TOO_MANY:
        kind = QuotaOver
    if kind is None:
        # A bare JSON string is how the service puts an error; a page or a 5xx is somebody else's.
        kind = SoftError if isinstance(data, str) and status == OK else Odd
    raise _problem(kind, hide(words, key), status, reply)


def is_page(text: str) -> bool:
    return PAGE.match(text) is not None


def decode(content: bytes) -> str:
    """UTF-8; where it is not, the encoding the service's refusals have been seen in."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")


def hide(text: str, key: str) -> str:
    return text.replace(key, HIDDEN) if key else text


def _parsed(text: str) -> Any:
    try:
        # PostgreSQL's jsonb refuses an escaped NUL.
        return json.loads(text.replace("\\u0000", ""))
    except (ValueError, RecursionError):
        return None


def _complaint(data: Any) -> str | None:
    """The words of an error inside an object. `items` beside them, when not empty, are an answer all the same."""
    if not isinstance(data, Mapping) or data.get("items"):
        return None
    words = next((str(data[name]) for name in ("error", "message") if data.get(name)), None)
    # "Nothing found" has been seen put as an error beside an empty list.
    return None if words and "items" in data and NOT_FOUND in words.lower() else words


def _kind(words: str) -> type[FnsProblem] | None:
    """None where the words say nothing; a page is somebody else's, a proxy's mostly, whatever words it has."""
    lowered = words.lower()
    if is_page(words):
        return None
    return next((kind for sign, kind in SIGNS if sign.search(lowered)), None)


def _problem(kind: type[FnsProblem], words: str, status: int, reply: Reply) -> FnsProblem:
    said = " ".join(words.split())[:EXCERPT]
    error = kind(f"fns answered {status}: {said}", service=SERVICE, status=status)
    error.reply = reply
    return error
