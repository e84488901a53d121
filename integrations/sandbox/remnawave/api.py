"""The panel's HTTP API under `/remnawave/api/`, of 2.x or 3.x by the switch."""

from __future__ import annotations

import hmac

from django.http import HttpResponse

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.exchange import DroppedConnection, exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest, as_json
from integrations.sandbox.remnawave.fields import Invalid, PanelError
from integrations.sandbox.remnawave.panel import Panel, moment
from integrations.sandbox.remnawave.routes import Route, find_route


def call(request: SandboxRequest, rest: str) -> HttpResponse:
    """One call. The panel closes the socket on whoever did not come through a reverse proxy with
    TLS.
    """
    panel = request.sandbox.get(Panel)
    route = find_route(panel.state.version, str(request.method), rest)

    def answer() -> HttpResponse:
        if not _proxied(request) or route is None:
            return DroppedConnection()
        with panel.hub.lock:
            return _perform(request, panel, route)

    return exchange(
        request,
        service=panel.slug,
        operation=route.name if route else "unknown",
        answer=answer,
        refuse=lambda fault: _failure(request, panel, fault),
    )


def _perform(request: SandboxRequest, panel: Panel, route: Route) -> HttpResponse:
    try:
        if not route.public:
            _authorise(request, panel)
        result = route.handle(panel, request.body_object(), request.GET.dict(), route.arguments)
    except PanelError as error:
        return _error(request, panel, error.status, error.code, str(error))
    except Invalid as error:
        return as_json({"statusCode": 400, "message": str(error), "errors": error.errors}, 400)
    except ControlError as error:  # the body is not JSON
        return as_json({"statusCode": 400, "message": str(error)}, 400)
    if result is None:
        return HttpResponse(status=204)
    return as_json({"response": result}, route.status)


def _proxied(request: SandboxRequest) -> bool:
    headers = request.headers
    return bool(headers.get("X-Forwarded-For")) and headers.get("X-Forwarded-Proto") == "https"


def _authorise(request: SandboxRequest, panel: Panel) -> None:
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {panel.token}".encode()):
        raise PanelError(401, "E401", "Unauthorized")


def _error(
    request: SandboxRequest, panel: Panel, status: int, code: str, message: str
) -> HttpResponse:
    body = {
        "timestamp": moment(panel.now()),
        "path": request.path.removeprefix("/remnawave"),
        "message": message,
        "errorCode": code,
    }
    return as_json(body, status)


def _failure(request: SandboxRequest, panel: Panel, fault: Fault) -> HttpResponse:
    return _error(
        request,
        panel,
        fault.status,
        str(fault.detail.get("code") or "E500"),
        "Internal server error",
    )
