"""Control API common to all services: faults, journal, clock, reset; described in the sandbox's
README.md.
"""

from __future__ import annotations

from typing import Any

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control

FAULT_OPTIONS = {"operation": str, "subject": str, "status": int, "seconds": float}
MAX_OFFSET = 20 * 366 * 24 * 3600


def _known_service(request: SandboxRequest, document: dict[str, Any]) -> str:
    service = str(document.get("service", ""))
    known = [one.slug for one in request.sandbox.simulators]
    if service not in known:
        raise ControlError(f"unknown service {service!r}; known: {', '.join(known)}")
    return service


@control("GET", "POST")
def faults(request: SandboxRequest) -> dict[str, Any]:
    """GET: what is planned. POST: plan one."""
    sandbox = request.sandbox
    with sandbox.lock:
        if request.method == "POST":
            document = request.body_object()
            service = _known_service(request, document)
            if "chat_id" in document:
                document["subject"] = str(document["chat_id"])
            try:
                options = {
                    name: kind(document[name])
                    for name, kind in FAULT_OPTIONS.items()
                    if name in document
                }
                times = document.get("times", 1)
                options["times"] = None if times is None else int(times)
            except (TypeError, ValueError):
                raise ControlError("times, status and seconds must be numbers") from None
            rest = {"retry_after", "description", "error", "code"} & document.keys()
            detail = {name: document[name] for name in rest}
            sandbox.faults.plan(service, str(document.get("kind", "")), detail=detail, **options)
            sandbox.changed(save=False)
        return {"faults": [snapshot.dump(one) for one in sandbox.faults.planned]}


@control("POST")
def clear_faults(request: SandboxRequest) -> dict[str, Any]:
    sandbox, document = request.sandbox, request.body_object()
    with sandbox.lock:
        fault_id = document.get("id")
        sandbox.faults.clear(
            str(document.get("service", "")), None if fault_id is None else int(fault_id)
        )
        sandbox.changed(save=False)
        return {"faults": [snapshot.dump(one) for one in sandbox.faults.planned]}


@control("GET")
def journal(request: SandboxRequest) -> dict[str, Any]:
    sandbox, query = request.sandbox, request.GET
    with sandbox.lock:
        entries = sandbox.journal.listing(
            query.get("service", ""), int(query.get("limit", 100)), query.get("operation", "")
        )
        return {"entries": entries, "revision": sandbox.revision}


@control("GET", "POST")
def clock(request: SandboxRequest) -> dict[str, Any]:
    """`offset_seconds` sets, `advance_seconds` adds; without a body it only tells."""
    sandbox, document = request.sandbox, request.body_object()
    with sandbox.lock:
        if request.method == "POST":
            try:
                offset = int(document.get("offset_seconds", sandbox.clock.offset_seconds))
                offset += int(document.get("advance_seconds", 0))
            except (TypeError, ValueError):
                raise ControlError("seconds must be a whole number") from None
            if abs(offset) > MAX_OFFSET:
                raise ControlError("that is more than twenty years")
            sandbox.clock.set(offset)
            sandbox.changed()
        return {
            "offset_seconds": sandbox.clock.offset_seconds,
            "now": sandbox.clock.now().isoformat(),
        }


@control("POST")
def reset(request: SandboxRequest) -> dict[str, Any]:
    """Everything back to the start, or one service."""
    document = request.body_object()
    request.sandbox.reset(_known_service(request, document) if "service" in document else "")
    return {"epoch": request.sandbox.epoch}


@control("GET")
def overview(request: SandboxRequest) -> dict[str, Any]:
    """The home page's tiles."""
    sandbox = request.sandbox
    with sandbox.lock:
        tiles = [one.tile() for one in sandbox.simulators]
        return {
            "tiles": [snapshot.dump(tile) for tile in tiles if tile is not None],
            "now": sandbox.clock.now().isoformat(),
            "offset_seconds": sandbox.clock.offset_seconds,
            "faults": len(sandbox.faults.planned),
        }
