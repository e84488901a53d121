"""Tilda's API: reading a project's pages with all they are made of. It cannot write.

Reference: https://help-ru.tilda.cc/api; the official tilda-php client. 150 calls an hour; keys stand in the query.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.http import Client

SERVICE = "tilda"
BASE_URL = "https://api.tildacdn.info"
DEADLINE = 30.0  # seconds; an export of a long page is put together while we wait
FOUND = "FOUND"


class TildaOff(ServiceRefused):
    """There are no keys of the API: our pages keep their built-in look."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file a page needs: where Tilda keeps it, and by which name the page asks for it."""

    source_url: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPage:
    """A whole document with local addresses of its assets. Any text may be empty."""

    page_id: str
    project_id: str
    title: str
    published: str
    html: str
    assets: tuple[Asset, ...]


class Tilda:
    """One account. Raises ServiceUnreachable and ServiceRefused; neither names a key."""

    def __init__(self, *, base_url: str, public_key: str, secret_key: str) -> None:
        self._client = Client(service=SERVICE, base_url=base_url, deadline=DEADLINE, retries=0)
        self._keys = {"publickey": public_key, "secretkey": secret_key}

    def export_page(self, page_id: str) -> ExportedPage:
        """One call of the 150: a page as a whole document, ready to be served from elsewhere."""
        page = self._ask("getpagefullexport", pageid=page_id)
        if not isinstance(page, dict) or not isinstance(page.get("html"), str):
            raise ServiceUnreachable("tilda exported something that is no page", service=SERVICE)
        return ExportedPage(
            page_id=str(page.get("id") or page_id),
            project_id=str(page.get("projectid") or ""),
            title=str(page.get("title") or ""),
            published=str(page.get("published") or ""),
            html=page["html"],
            assets=tuple(
                asset for kind in ("css", "js", "images") for asset in _assets(page.get(kind))
            ),
        )

    def pages(self, project_id: str) -> list[tuple[str, str]]:
        """Ids and titles of a project's pages."""
        found = self._ask("getpageslist", projectid=project_id)
        rows = found if isinstance(found, list) else []
        return [
            (str(row.get("id")), str(row.get("title") or ""))
            for row in rows
            if isinstance(row, dict) and row.get("id")
        ]

    def _ask(self, method: str, **arguments: str) -> Any:
        answer = self._client.get(f"/v1/{method}/", params={**self._keys, **arguments})
        data = answer.data
        if not isinstance(data, dict):
            raise ServiceUnreachable("tilda answered with no object", service=SERVICE)
        if data.get("status") != FOUND:
            said = str(data.get("message") or data.get("status") or "")[:200]
            raise ServiceRefused(f"tilda refused: {self._masked(said)}", service=SERVICE)
        return data.get("result")

    def _masked(self, text: str) -> str:
        for key in self._keys.values():
            text = text.replace(key, "***")
        return text


def _assets(rows: Any) -> list[Asset]:
    """Rows of `{from, to}`; what is no such row is left out."""
    pairs = [
        (row.get("from"), row.get("to"))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]
    return [Asset(str(source), str(name)) for source, name in pairs if source and name]


def get_tilda() -> Tilda:
    """The account of the settings. Raises TildaOff where there are no keys."""
    credentials = settings.CREDENTIALS
    public_key = credentials.get("TILDA_PUBLIC_KEY") or ""
    secret_key = credentials.get("TILDA_SECRET_KEY") or ""
    if not public_key or not secret_key:
        raise TildaOff("TILDA_PUBLIC_KEY and TILDA_SECRET_KEY are not set", service=SERVICE)
    return _account(credentials.get("TILDA_BASE_URL") or BASE_URL, public_key, secret_key)


@lru_cache(maxsize=4)
def _account(base_url: str, public_key: str, secret_key: str) -> Tilda:
    return Tilda(base_url=base_url, public_key=public_key, secret_key=secret_key)
