"""Home, clock and journal pages; static files of the sandbox."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.static import serve

from integrations.sandbox.core.faults import KINDS
from integrations.sandbox.core.http import SandboxRequest, page


def home(request: SandboxRequest) -> HttpResponse:
    sandbox = request.sandbox
    with sandbox.lock:
        tiles = [tile for tile in (one.tile() for one in sandbox.simulators) if tile is not None]
    context = {
        "tiles": tiles,
        "now": sandbox.clock.now(),
        "offset": sandbox.clock.offset_seconds,
        "public_url": settings.PUBLIC_URL.rstrip("/"),
    }
    return page(request, "sandbox/home.html", context)


def clock(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/clock.html")


def journal(request: SandboxRequest) -> HttpResponse:
    services = [one.slug for one in request.sandbox.simulators]
    return page(request, "sandbox/journal.html", {"services": services, "kinds": KINDS})


def terms(request: SandboxRequest) -> HttpResponse:
    """Where the local TERMS_URL points."""
    return page(request, "sandbox/terms.html")


def health(request: SandboxRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def static(request: SandboxRequest, path: str) -> HttpResponseBase:
    response = serve(
        request, path, document_root=str(Path(settings.BASE_DIR) / "static" / "sandbox")
    )
    response.headers["Cache-Control"] = "no-cache"
    return response
