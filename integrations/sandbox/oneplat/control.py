"""What the control API of the simulated 1Plat has beside the common endpoints."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.core.paying import named
from integrations.sandbox.oneplat.simulator import Oneplat


@control("POST")
def choose(request: SandboxRequest) -> dict[str, Any]:
    """Pick a method for a draft, as on the pay page."""
    shop, document = request.sandbox.get(Oneplat), request.body_object()
    with shop.hub.lock:
        found = shop.find(named(document, shop.keys))
        shop.choose(found, str(document.get("method", "")))
        return {"order": shop.view(found)}
