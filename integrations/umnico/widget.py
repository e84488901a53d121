"""Umnico's chat in the corner of our public pages: where it is shown, and what a page must let it load."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings

TOKEN = re.compile(r"[0-9a-f]{32}")
# The catalogue and partners' pages. Pages behind a secret link show nothing to anybody else's script.
PAGES = "/partners/"
HOSTS = "https://umnico.com https://*.umnico.com"
SOCKETS = "wss://umnico.com wss://*.umnico.com"
# Its loader comes from umnico.com; what that loads in turn is described nowhere.
NEEDS = {
    "script-src": HOSTS,
    "style-src": f"'unsafe-inline' {HOSTS}",
    "img-src": f"data: {HOSTS}",
    "font-src": f"data: {HOSTS}",
    "media-src": HOSTS,
    "connect-src": f"{HOSTS} {SOCKETS}",
    "frame-src": HOSTS,
}


def token() -> str:
    """The widget's, or nothing where none is set or it is none."""
    text = str(settings.UMNICO_WIDGET_TOKEN)
    return text if TOKEN.fullmatch(text) else ""


def is_shown_at(path: str) -> bool:
    return path.startswith(PAGES) and bool(token())


def widened(policy: Iterable[str]) -> str:
    """A Content-Security-Policy whose pages may also show the chat."""
    needs = dict(NEEDS)
    kept = [" ".join([one, *_missing(one, needs.pop(one.partition(" ")[0], ""))]) for one in policy]
    return "; ".join([*kept, *(f"{name} 'self' {hosts}" for name, hosts in needs.items())])


def _missing(directive: str, wanted: str) -> list[str]:
    known = directive.split()
    return [one for one in wanted.split() if one not in known]
