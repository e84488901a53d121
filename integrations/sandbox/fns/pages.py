"""The register as a page."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page


def register(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/fns/register.html")
