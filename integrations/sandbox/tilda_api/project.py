"""The project: its pages, the hour's calls, and the call to the product when a page is published."""

from __future__ import annotations

import struct
import time
import zlib
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings

from integrations.sandbox.core.base import Simulator, Tile, credential
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.tilda_api.state import PAGE, SCRIPT, STYLE, Page, TildaApiState

TIMEOUT = 10.0


class TildaApi(Simulator):
    """Reads only: Tilda has no call that writes."""

    slug = "tilda_api"
    state_class = TildaApiState
    order = 61
    state: TildaApiState

    @property
    def project_id(self) -> str:
        return str(settings.TILDA_PROJECT_ID or "4242")

    def keys(self) -> tuple[str, str]:
        return credential("TILDA_PUBLIC_KEY"), credential("TILDA_SECRET_KEY")

    def may_call(self) -> bool:
        """Count a call; False where this hour has had all it may."""
        recent = [moment for moment in self.state.calls if moment > time.time() - 3600]
        self.state.calls = [*recent, time.time()]
        return len(recent) < self.state.hourly

    def page(self, page_id: str) -> Page:
        found = self.state.pages.get(page_id)
        if found is None:
            raise ControlError(f"no page {page_id}", 404)
        return found

    def row(self, page: Page) -> dict[str, Any]:
        return {
            "id": page.id,
            "projectid": self.project_id,
            "title": page.title,
            "descr": "",
            "alias": "",
            "published": str(page.published),
            "filename": f"page{page.id}.html",
        }

    def export(self, page: Page) -> dict[str, Any]:
        """A page as `getpagefullexport` gives it: local addresses, and where each file is to be had."""
        base = f"{self.hub.base_url}/tilda_api/static"
        html = PAGE.format(id=page.id, project=self.project_id, heading=page.heading)
        name = f"tilda-blocks-page{page.id}.min.css"
        return {
            **self.row(page),
            "html": html,
            "css": [{"from": f"{base}/{name}", "to": name}],
            "js": [{"from": f"{base}/tilda-scripts-3.0.min.js", "to": "tilda-scripts-3.0.min.js"}],
            "images": [{"from": f"{base}/tild-logo.png", "to": "tild-logo.png"}],
        }

    def publish(self, page: Page) -> str:
        """The owner presses «Опубликовать»: Tilda calls the address that stands beside the keys."""
        with self.hub.lock:
            page.published = int(time.time())
            public_key, _secret = self.keys()
            query = urlencode(
                {
                    "pageid": page.id,
                    "projectid": self.project_id,
                    "published": page.published,
                    "publickey": public_key,
                }
            )
            self.hub.changed()
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(
                    f"{settings.PUBLIC_URL}/partners/look/published?{query}", timeout=TIMEOUT
                )
            said = f"{answer.status_code} {answer.text[:40]}"
        except requests.RequestException as error:
            said = type(error).__name__
        with self.hub.lock:
            self.state.deliveries = [*self.state.deliveries, f"{page.id}: {said}"][-20:]
            self.hub.changed()
        return said

    def tile(self) -> Tile:
        return Tile(
            title="Tilda: вид страниц",
            about="Страницы, вид которых надевает реестр; опубликуйте, и сайт обновится.",
            link="/tilda-pages/",
            action="Открыть страницы",
            icon="palette",
            facts=[("Страниц", str(len(self.state.pages)))],
        )


def file_of(name: str) -> tuple[bytes, str] | None:
    """A file of an export and its type."""
    if name.endswith(".css"):
        return STYLE.encode(), "text/css"
    if name.endswith(".js"):
        return SCRIPT.encode(), "text/javascript"
    if name == "tild-logo.png":
        return picture(), "image/png"
    return None


def picture(side: int = 48) -> bytes:
    """A plain square as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    rows = (b"\x00" + b"\xd9\x8c\x3f" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
