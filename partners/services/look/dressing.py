"""Our words inside a page that Tilda exported. Plain replacement: an exported page is never run as a template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import escape

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
# What a page says about itself to browsers and search engines: ours takes its place.
_HEAD = re.compile(
    r"<title\b[^>]*>.*?</title>"
    r"|<link\b[^>]*\brel\s*=\s*[\"']?canonical\b[^>]*>"
    r"|<meta\b[^>]*\b(?:name|property)\s*=\s*[\"']?(?:description|keywords|robots|og:[a-z_:]+|twitter:[a-z_:]+)\b[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What our page says: `head` and `content` are markup of our own templates, `values` plain texts."""

    head: str
    content: str
    values: Mapping[str, str]


def placeholders(html: str) -> set[str]:
    """Names of the placeholders a page has."""
    return set(_PLACEHOLDER.findall(html))


def dress(html: str, words: Words) -> str:
    """The exported page with our head and our words; an unknown placeholder leaves nothing behind.

    Each placeholder is replaced in one pass, so that a partner's text that looks like one stays text.
    """
    before, end, after = _split_head(html)
    head = _HEAD.sub("", before)

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name == "content":
            return words.content
        return str(escape(words.values.get(name, "")))

    body = _PLACEHOLDER.sub(fill, after)
    return f"{_PLACEHOLDER.sub(fill, head)}{words.head}{end}{body}"


def localised(html: str, addresses: Mapping[str, str]) -> str:
    """The page with the addresses of its assets made ours. `addresses`: a name in the export → our address.

    An export names a file in a quoted attribute or in url(), alone or behind a folder: "images/a.png", "a.png".
    """
    if not addresses:
        return html
    names = "|".join(re.escape(name) for name in sorted(addresses, key=len, reverse=True))
    reference = re.compile(
        rf"(?P<open>[\"'(]|&quot;)(?:[^\"'()&\s<>]*/)?(?P<name>{names})(?:\?[^\"'()\s<>]*)?(?P<close>[\"')]|&quot;)"
    )
    return reference.sub(
        lambda match: f"{match['open']}{addresses[match['name']]}{match['close']}", html
    )


def _split_head(html: str) -> tuple[str, str, str]:
    found = _HEAD_END.search(html)
    if found is None:
        return "", "", html
    return html[: found.start()], found[0], html[found.end() :]
