"""Requests and answers of the sandbox's own pages and control API."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.sandbox import Sandbox

P = ParamSpec("P")


class SandboxRequest(WSGIRequest):
    """A request that knows which sandbox it came to."""

    sandbox: Sandbox
    urlconf: str

    def body_object(self) -> dict[str, Any]:
        """The JSON object sent; an empty body is an empty object."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            raise ControlError("the body is not JSON") from None
        if not isinstance(document, dict):
            raise ControlError("the body is not a JSON object")
        return document


View = Callable[Concatenate[SandboxRequest, P], HttpResponse]


def control(*methods: str) -> Callable[[Callable[Concatenate[SandboxRequest, P], Any]], View[P]]:
    """A control endpoint: returns plain data, answered as `{"ok": true, …}`; ControlError becomes
    its status.
    """

    def decorate(view: Callable[Concatenate[SandboxRequest, P], Any]) -> View[P]:
        @functools.wraps(view)
        def endpoint(request: SandboxRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in methods:
                return JsonResponse({"ok": False, "error": "method not allowed"}, status=405)
            try:
                result = view(request, *args, **kwargs)
            except ControlError as error:
                return JsonResponse({"ok": False, "error": str(error)}, status=error.status)
            return as_json({"ok": True} | result)

        return endpoint

    return decorate


def as_json(document: Any, status: int = 200) -> HttpResponse:
    """JSON with the Cyrillic readable, as curl shows it."""
    return HttpResponse(
        json.dumps(document, ensure_ascii=False, default=str),
        status=status,
        content_type="application/json",
    )


def page(
    request: SandboxRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page, rendered without the product's context processors."""
    common = {"epoch": request.sandbox.epoch, "path": request.path}
    response = HttpResponse(render_to_string(template, common | (context or {})), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
