"""The bytes of a call, shown as they are: nothing is parsed into another value on its way to the page.

Only what charges a saved card is taken out: a field called token, in a form or in JSON.
"""

from __future__ import annotations

import json
import re

TOKENS = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+')
BYTES_PER_LINE = 16
CARD_TOKEN = re.compile(r'((?:^|&)token=|"token"\s*:\s*")[^&"\s]+', re.IGNORECASE)
CARD_TOKEN_BYTES = re.compile(CARD_TOKEN.pattern.encode(), re.IGNORECASE)
DEEPEST = 40  # levels that are still indented; beyond them the text stays flat


def readable(body: bytes) -> str:
    """JSON indented token by token (so 1.10 stays 1.10), other text as it is, anything else as a hex dump."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return hex_dump(CARD_TOKEN_BYTES.sub(rb"\1***", body))
    text = CARD_TOKEN.sub(r"\1***", text)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text if _is_printable(text) else hex_dump(text.encode())
    return _indent(text)


def hex_dump(body: bytes) -> str:
    lines = []
    for start in range(0, len(body), BYTES_PER_LINE):
        chunk = body[start : start + BYTES_PER_LINE]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
        lines.append(f"{start:06x}  {chunk.hex(' '):<{BYTES_PER_LINE * 3 - 1}}  {letters}")
    return "\n".join(lines)


def _is_printable(text: str) -> bool:
    return all(letter.isprintable() or letter in "\r\n\t" for letter in text)


def _indent(text: str) -> str:
    parts: list[str] = []
    depth = 0
    tokens = TOKENS.findall(text)
    for position, part in enumerate(tokens):
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        if part in "{[":
            depth += 1
            parts.append(part if following in ("}", "]") else part + _line(depth))
        elif part in "}]":
            depth -= 1
            is_empty = position > 0 and tokens[position - 1] in ("{", "[")
            parts.append(part if is_empty else _line(depth) + part)
        elif part == ",":
            parts.append(part + _line(depth))
        elif part == ":":
            parts.append(": ")
        else:
            parts.append(part)
    return "".join(parts)


def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, DEEPEST)
