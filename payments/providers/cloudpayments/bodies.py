"""The body of a notification as text fields: a form, or JSON where the cabinet is set so.

Which of the two is read from the body itself: the signature covers it, and not the header.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from integrations.errors import CallbackMalformed
from integrations.foreign import read_object

MOST_FIELDS = 200
LONGEST_TEXT = 1000


def read(body: bytes) -> dict[str, str]:
    """The fields that hold something, or CallbackMalformed."""
    if body.lstrip().startswith(b"{"):
        return texts(read_object(body))
    try:
        return texts(_form(body))
    except ValueError:
        raise CallbackMalformed("neither a form nor a JSON object") from None


def texts(fields: Mapping[str, Any]) -> dict[str, str]:
    """The plain fields as text, exactly; optional ones come empty or not at all, which is one.

    Nothing nested, nothing unprintable, nothing endless.
    """
    said = {name: _text(value) for name, value in fields.items() if name.isprintable()}
    return {name: text for name, text in said.items() if text}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"  # as a form has it
    text = str(value) if isinstance(value, str | int | Decimal) else ""
    return text if text.isprintable() and len(text) <= LONGEST_TEXT else ""


def _form(body: bytes) -> dict[str, Any]:
    """A cabinet left at windows-1251 garbles the description and nothing that counts."""
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        strict_parsing=True,
        errors="replace",
        max_num_fields=MOST_FIELDS,
    )
    if not pairs:
        raise ValueError("empty")
    fields = dict(pairs)
    if len(fields) != len(pairs):  # two readers of a repeated name may see two different sums
        raise ValueError("repeated name")
    return fields
