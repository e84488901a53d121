"""Telegram's HTML: tags become entities (offsets in UTF-16 units), mistakes become the errors
Telegram gives.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from integrations.sandbox.telegram.errors import BotApiError, bad_request

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
TOKEN = re.compile(r"<(?P<close>/?)(?P<name>[^\s>/]*)(?P<attributes>[^>]*)>")
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)])"
    r"|(?<![\w/])(?P<bot_command>/[a-zA-Z0-9_]{1,64}(?:@\w+)?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[a-zA-Z]\w{3,31})"
    r"|(?<![\w.])(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
)

Entity = dict[str, Any]


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def cannot_parse(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")


def from_html(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities, as Telegram's parser reads `source`."""
    text = ""
    entities: list[Entity] = []
    opened: list[tuple[str, int, dict[str, str]]] = []
    position = 0
    while position < len(source):
        start = source.find("<", position)
        if start < 0:
            start = len(source)
        text += CHARACTER.sub(lambda found: unescape(found.group()), source[position:start])
        if start == len(source):
            break
        token = TOKEN.match(source, start)
        offset = len(source[:start].encode())
        if token is None:
            raise cannot_parse(f"Unclosed start tag at byte offset {offset}")
        name = token["name"].lower()
        if token["close"]:
            entities += _closed(opened, name, offset, text)
        else:
            opened.append(
                (_known(name, token, offset), units(text), _attributes(token["attributes"]))
            )
        position = token.end()
    if opened:
        raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return _trimmed(
        text, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
    )


def _known(name: str, token: re.Match[str], offset: int) -> str:
    if name not in TAGS:
        raise cannot_parse(f'Unsupported start tag "{name}" at byte offset {offset}')
    if name == "span" and _attributes(token["attributes"]).get("class") != "tg-spoiler":
        raise cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    return name


def _attributes(source: str) -> dict[str, str]:
    found = {name.lower(): unescape(a or b or c) for name, a, b, c in ATTRIBUTE.findall(source)}
    return found | ({"expandable": ""} if re.search(r"\bexpandable\b", source) else {})


def _closed(
    opened: list[tuple[str, int, dict[str, str]]], name: str, offset: int, text: str
) -> list[Entity]:
    if not opened:
        raise cannot_parse(f"Unexpected end tag at byte offset {offset}")
    tag, start, attributes = opened.pop()
    if name and tag != name:
        raise cannot_parse(
            f'Unmatched end tag at byte offset {offset}, expected "</{tag}>", found "</{name}>"'
        )
    length = units(text) - start
    entity: Entity = {"type": TAGS[tag], "offset": start, "length": length}
    if tag == "a":
        if "href" not in attributes:
            return []
        entity["url"] = attributes["href"]
    if tag == "code" and attributes.get("class", "").startswith("language-"):
        entity |= {"type": "pre", "language": attributes["class"].removeprefix("language-")}
    if tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    if tag == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    return [entity] if length else []


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram drops white space around a message."""
    lead = units(text) - units(text.lstrip())
    text = text.strip()
    total = units(text)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] - lead + entity["length"], total)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return text, kept


def with_detected(text: str, entities: list[Entity]) -> list[Entity]:
    """Add what Telegram finds by itself: commands, addresses, mentions; never inside code or a
    link.
    """
    closed = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in entities
        if entity["type"] in ("code", "pre", "text_link")
    ]
    found = []
    for match in DETECTED.finditer(text):
        start, length = units(text[: match.start()]), units(match.group())
        if not any(low < start + length and start < high for low, high in closed):
            found.append({"type": str(match.lastgroup), "offset": start, "length": length})
    return sorted(entities + found, key=lambda entity: (entity["offset"], -entity["length"]))
