"""The panel's list of users, page by page.

`users/stream` with a cursor exists since 2.8.0; older panels number their rows, and close the socket on an address they
do not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from integrations.errors import ConnectionLost, ServiceRefused, ServiceUnreachable
from integrations.remnawave.errors import SERVICE

PAGE = 500  # about half of what the client reads of one answer
MOST_PAGES = 10_000

Call = Callable[[str, str], dict[str, Any]]


def every_user(call: Call) -> Iterator[Any]:
    """Each user's record as the panel sends it. Raises ServiceUnreachable where a page is no page."""
    first = _first_of_stream(call)
    if first is None:
        yield from _numbered(call)
        return
    page = first
    for _page in range(MOST_PAGES):
        yield from _records(page)
        cursor = page.get("nextCursor")
        if not page.get("hasMore") or not cursor:
            return
        page = call("GET", f"users/stream?size={PAGE}&cursor={quote(str(cursor), safe='')}")
    raise ServiceUnreachable("remnawave's list of users has no end", service=SERVICE)


def _first_of_stream(call: Call) -> dict[str, Any] | None:
    """The first page; None where this panel has no stream."""
    try:
        return call("GET", f"users/stream?size={PAGE}")
    except ConnectionLost:
        return None
    except ServiceRefused as error:
        # Before the stream existed, its name was read as a user's id.
        if error.status in (400, 404):
            return None
        raise


def _numbered(call: Call) -> Iterator[Any]:
    start = 0
    for _page in range(MOST_PAGES):
        page = call("GET", f"users?start={start}&size={PAGE}")
        records = _records(page)
        yield from records
        start += len(records)
        total = page.get("total")
        if not records or (isinstance(total, int) and start >= total):
            return
    raise ServiceUnreachable("remnawave's list of users has no end", service=SERVICE)


def _records(page: dict[str, Any]) -> list[Any]:
    records = page.get("users")
    if not isinstance(records, list):
        raise ServiceUnreachable("remnawave answered with no list of users", service=SERVICE)
    return records
