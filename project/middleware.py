from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import lru_cache

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve

from integrations.umnico import widget
from payments.registry import all_providers

Handler = Callable[[HttpRequest], HttpResponseBase]


class CallbackFastPath:
    """Providers' calls and probes carry no session, cookie or language: they go straight to their view.

    Measured: the rest of the chain costs a fifth of the calls a process can store. And a probe asks an address,
    not a name: it would fail at ALLOWED_HOSTS.
    """

    PREFIXES = ("/payments/callbacks/", "/integrations/callbacks/")
    PROBES = frozenset({"/health/live", "/health/ready", "/metrics"})

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        # A caller repeats its address; walking the site's patterns each time costs more than the view's own code.
        self.resolve = lru_cache(maxsize=128)(resolve)
        self.aliases = frozenset(
            f"/{alias}" for provider in all_providers() for alias in provider.callback_aliases
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in self.PROBES or self.is_callback(request):
            try:
                match = self.resolve(request.path_info)
            except Resolver404:
                return HttpResponse("not found", status=404, content_type="text/plain")
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            if isinstance(response, SimpleTemplateResponse):  # DRF's own refusals: 404, 405
                response.render()
            response.headers.setdefault("Content-Length", str(len(response.content)))
            return response
        return self.get_response(request)

    def is_callback(self, request: HttpRequest) -> bool:
        path = request.path_info
        return request.method == "POST" and (
            path.startswith(self.PREFIXES) or path.rstrip("/") in self.aliases
        )


class RequestContext:
    """Gives every request an id that its log lines and its answer carry."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class ContentPolicy:
    """Tells the browser what a page may load and run; a view that says its own policy keeps it.

    The admin's Alpine compiles the expressions in its templates, and Unfold sets widths and colours in `style`.
    Neither has a script in a page's text. Callbacks and probes are no pages and pass by (`CallbackFastPath`).
    """

    HEADER = "Content-Security-Policy"
    OFFICE = "/admin/"
    STRICT = (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    LOOSER = (
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",  # the QR code of the second step
    )

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.strict = "; ".join(self.STRICT)
        self.looser = "; ".join((*self.STRICT, *self.LOOSER))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault(self.HEADER, self._policy(request.path_info))
        return response

    def _policy(self, path: str) -> str:
        if path.startswith(self.OFFICE):
            return self.looser
        return widget.widened(self.STRICT) if widget.is_shown_at(path) else self.strict
