"""Which other sites may show our cards in a frame."""

from __future__ import annotations

import re

from django.conf import settings

SOURCE = re.compile(r"https?://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?")


def frame_ancestors() -> list[str]:
    """The sites of EMBED_HOSTS as a policy names them: https where no scheme is written, Cyrillic in punycode."""
    return [source for host in settings.EMBED_HOSTS if (source := frame_ancestor(host))]


def frame_ancestor(host: str) -> str:
    """Empty for what is no host: it must not become another directive."""
    scheme, separator, rest = host.rpartition("://")
    name, colon, port = rest.partition(":")
    try:
        plain = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return ""
    source = f"{scheme or 'https'}{separator or '://'}{plain}{colon}{port}".rstrip("/").lower()
    return source if SOURCE.fullmatch(source) else ""
