"""The panel page, and the subscription page a customer opens by the link."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.remnawave.panel import Panel
from integrations.sandbox.remnawave.wire import subscription_view


def panel(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/remnawave/panel.html")


def subscription(request: SandboxRequest, short_uuid: str) -> HttpResponse:
    """«Подключено» or not: the proof that access was given, or taken away."""
    service = request.sandbox.get(Panel)
    with service.hub.lock:
        found = service.every(lambda user: user.short_uuid == short_uuid)
        view = subscription_view(service, found[0]) if found else None
        expires = found[0].expire_at if found else None
    response = page(
        request, "sandbox/remnawave/subscription.html", {"view": view, "expires": expires}
    )
    response.status_code = 200 if view else 404
    return response
