"""How a button's code and typed fields become 64 bytes, and back. An old or foreign press is read as none at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar, Self, get_type_hints

from payments.models import Payment
from payments.provider import Method

Purpose = Payment.Purpose
MAX_BYTES = 64  # Telegram's limit
SEPARATOR = ":"

# How a field of each type is read back; anything else in its place is somebody's invention.
READERS: dict[type, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    int: (re.compile(r"[0-9]{1,18}"), int),
    str: (re.compile(r"[A-Za-z0-9_-]{0,40}"), str),
    Decimal: (re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,2})?"), Decimal),
    Method: (re.compile("|".join(method.value for method in Method)), Method),
    Purpose: (re.compile("|".join(Purpose.values)), Purpose),
}


@dataclass(frozen=True, slots=True)
class Press:
    """Base of all buttons."""

    code: ClassVar[str]

    def encode(self) -> str:
        values = [getattr(self, one.name) for one in fields(self)]
        data = SEPARATOR.join([self.code, *(_written(value) for value in values)])
        if len(data.encode()) > MAX_BYTES:
            raise ValueError(f"{data!r} is longer than {MAX_BYTES} bytes")
        return data

    @classmethod
    def decode(cls, data: str) -> Self | None:
        """The press behind this data; None for an old or foreign format."""
        code, *texts = data.split(SEPARATOR)
        kinds = _field_types(cls)
        if code != cls.code or len(texts) != len(kinds):
            return None
        values: list[Any] = []
        for kind, text in zip(kinds, texts, strict=True):
            pattern, read = READERS[kind]
            if not pattern.fullmatch(text):
                return None
            values.append(read(text))
        return cls(*values)

    @classmethod
    def pattern(cls) -> re.Pattern[str]:
        """Matches every button of this kind, whatever its fields."""
        return re.compile(rf"^{cls.code}(?:{SEPARATOR}|$)")


def _written(value: Any) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    pattern, _ = READERS[type(value)]
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} cannot stand in a button")
    return text


def _field_types(kind: type[Press]) -> tuple[type, ...]:
    hints = get_type_hints(kind)
    return tuple(hints[one.name] for one in fields(kind))
