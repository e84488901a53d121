"""`name=value; name=value`, as DMARC and DKIM write their records (RFC 6376, 3.2; RFC 9989, 4.7)."""

from __future__ import annotations


def tags_of(text: str) -> dict[str, str]:
    """Tags in the order they stand; of two with one name the first. What is no tag is left out."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, is_tag, value = part.partition("=")
        if is_tag:
            found.setdefault(name.strip().lower(), value.strip())
    return found
