"""The page where a site's owner changes and publishes, and its control API."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.http import SandboxRequest, control, page
from integrations.sandbox.tilda_api.project import TildaApi


def site(request: SandboxRequest) -> HttpResponse:
    service = request.sandbox.get(TildaApi)
    if request.method == "POST":
        chosen = service.page(request.POST.get("page", ""))
        with service.hub.lock:
            chosen.heading = request.POST.get("heading", "")[:100] or chosen.heading
        service.publish(chosen)
        return HttpResponseRedirect("/tilda-pages/")
    with service.hub.lock:
        context = {
            "pages": list(service.state.pages.values()),
            "deliveries": list(reversed(service.state.deliveries)),
            "project": service.project_id,
        }
    return page(request, "sandbox/tilda_api/pages.html", context)


@control("POST")
def publish(request: SandboxRequest) -> dict[str, Any]:
    """`{"page": …, "heading"?: …}`: change a page and publish it; what the product answered."""
    service, document = request.sandbox.get(TildaApi), request.body_object()
    chosen = service.page(str(document.get("page", "")))
    with service.hub.lock:
        chosen.heading = str(document.get("heading") or chosen.heading)[:100]
    return {"answer": service.publish(chosen), "page": snapshot.dump(chosen)}


@control("POST")
def limit(request: SandboxRequest) -> dict[str, Any]:
    """`{"hourly": …}`: how many calls an hour are answered."""
    service, document = request.sandbox.get(TildaApi), request.body_object()
    with service.hub.lock:
        service.state.hourly = int(document.get("hourly", 150))
        return {"hourly": service.state.hourly}
