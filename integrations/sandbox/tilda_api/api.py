"""`/tilda_api/v1/<method>/`: FOUND or ERROR, and nothing that writes."""

from __future__ import annotations

import hmac

from django.http import HttpResponse

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.http import SandboxRequest, as_json
from integrations.sandbox.tilda_api.project import TildaApi, file_of


def call(request: SandboxRequest, method: str) -> HttpResponse:
    service = request.sandbox.get(TildaApi)

    def answer() -> HttpResponse:
        with service.hub.lock:
            return _perform(request, service, method)

    return exchange(
        request,
        service=service.slug,
        operation=method,
        answer=answer,
        refuse=lambda fault: _error("Internal error", fault.status),
    )


def static(request: SandboxRequest, name: str) -> HttpResponse:
    """A file as Tilda's own hosts give it."""
    found = file_of(name)
    if found is None:
        return HttpResponse(status=404)
    return HttpResponse(found[0], content_type=found[1])


def _perform(request: SandboxRequest, service: TildaApi, method: str) -> HttpResponse:
    given = (request.GET.get("publickey", ""), request.GET.get("secretkey", ""))
    wanted = service.keys()
    if not all(
        hmac.compare_digest(one.encode(), other.encode())
        for one, other in zip(given, wanted, strict=True)
    ):
        return _error("Wrong publickey or secretkey")
    if not service.may_call():
        return _error("Too many requests, the limit is 150 in an hour")
    try:
        if method == "getpageslist":
            return _found([service.row(page) for page in service.state.pages.values()])
        if method == "getpagefullexport":
            return _found(service.export(service.page(request.GET.get("pageid", ""))))
    except ControlError as error:
        return _error(str(error))
    return _error("Unknown method")


def _found(result: object) -> HttpResponse:
    return as_json({"status": "FOUND", "result": result})


def _error(message: str, status: int = 200) -> HttpResponse:
    return as_json({"status": "ERROR", "message": message}, status)
