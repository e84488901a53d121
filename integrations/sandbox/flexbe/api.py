"""Flexbe's API at `/flexbe/mod/api/`: GET or POST, errors under 200."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest, as_json
from integrations.sandbox.flexbe import wire
from integrations.sandbox.flexbe.site import Flexbe

MOST = 1000
ERRORS = {0: "Wrong api key", 1: "Too many requests", 2: "Unknown method"}


def call(request: SandboxRequest) -> HttpResponse:
    service = request.sandbox.get(Flexbe)
    wanted = {**request.GET.dict(), **request.POST.dict()}

    def answer() -> HttpResponse:
        with service.hub.lock:
            return as_json(_perform(service, wanted))

    return exchange(
        request,
        service=service.slug,
        operation=str(wanted.get("method", "")),
        answer=answer,
        refuse=_refuse,
        subject=str(wanted.get("id", "")),
    )


def _refuse(fault: Fault) -> HttpResponse:
    """Under 200 one of the API's own errors (`detail.code`), under any other status plain words."""
    if fault.status == 200:
        return as_json(_error(int(fault.detail.get("code", 1))))
    return HttpResponse("Service unavailable", status=fault.status, content_type="text/plain")


def _perform(service: Flexbe, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not hmac.compare_digest(str(wanted.get("api_key", "")).encode(), service.key.encode()):
        return _error(0)
    if not service.may_call():
        return _error(1)
    method = wanted.get("method")
    if method == "checkConnection":
        return {"status": 1}
    if method == "getLeads":
        return {"data": {"leads": _listed(service, wanted)}}
    if method == "changeLead":
        found = [one for one in service.state.leads if str(one.id) == wanted.get("id")]
        if not found:
            return {"data": {"lead": []}}
        changed = service.change(found[0], wanted)
        return {"data": {"lead": wire.lead(changed, service.state.options)}}
    return _error(2)


def _listed(service: Flexbe, wanted: Mapping[str, Any]) -> Any:
    """By number, newest first; nothing at all is a list, as PHP writes it."""
    asked = {"id": "id", "status": "status", "client_phone": "phone", "client_email": "email"}
    found = [
        one
        for one in reversed(service.state.leads)
        if all(
            str(getattr(one, name)) == wanted[parameter]
            for parameter, name in asked.items()
            if wanted.get(parameter)
        )
    ]
    start, count = int(wanted.get("start", 0)), min(int(wanted.get("count", 25)), MOST)
    rows = {
        str(one.id): wire.lead(one, service.state.options) for one in found[start : start + count]
    }
    return rows or []


def _error(code: int) -> dict[str, Any]:
    return {"error": {"code": code, "msg": ERRORS[code]}}
