"""Control API of the site, `/control/flexbe/…`; described in the sandbox's README.md."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.flexbe.site import Flexbe
from integrations.sandbox.flexbe.state import Lead


@control("GET")
def leads(request: SandboxRequest) -> dict[str, Any]:
    site = request.sandbox.get(Flexbe)
    with site.hub.lock:
        return site.overview()


@control("POST")
def submit(request: SandboxRequest) -> dict[str, Any]:
    """`{"fields": {name, phone, email, comment, budget, city}, "product"?, "test"?, "wait"?}`."""
    site, document = request.sandbox.get(Flexbe), request.body_object()
    fields = {str(name): str(value) for name, value in dict(document.get("fields", {})).items()}
    with site.hub.lock:
        lead = site.submit(
            fields,
            product=str(document.get("product", "")),
            is_test=bool(document.get("test", False)),
        )
        return _waited(site, lead, document)


@control("POST")
def pay(request: SandboxRequest) -> dict[str, Any]:
    """`{"id": …, "status": "0" … "3", "wait"?}`: what became of the payment."""
    site, document = request.sandbox.get(Flexbe), request.body_object()
    with site.hub.lock:
        lead = site.find(int(document.get("id", 0)))
        site.pay(lead, str(document.get("status", "2")))
        return _waited(site, lead, document)


@control("POST")
def again(request: SandboxRequest) -> dict[str, Any]:
    """`{"id": …, "wait"?}`: the lead's last call once more."""
    site, document = request.sandbox.get(Flexbe), request.body_object()
    with site.hub.lock:
        lead = site.find(int(document.get("id", 0)))
        site.again(lead)
        return _waited(site, lead, document)


@control("POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """`callback_url`, `with_secret`, `site_id`, `domain`, `retry_seconds`, `a_minute`."""
    site = request.sandbox.get(Flexbe)
    with site.hub.lock:
        site.choose(request.body_object())
        return site.overview()


def _waited(site: Flexbe, lead: Lead, document: dict[str, Any]) -> dict[str, Any]:
    """The lead, once its last call was tried (the caller holds the lock)."""
    site.wait_tried(lead, document)
    return {"lead": snapshot.dump(lead)}
