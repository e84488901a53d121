"""The control API of a simulated payment service, `/control/<slug>/…`; described in README.md."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints

from django.http import HttpResponse
from django.urls import URLPattern, path

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control, page
from integrations.sandbox.core.provider import Provider

MAX_WAIT = 55.0


def endpoints(kind: type[Provider]) -> list[URLPattern]:
    """The addresses every service has; `kind` is its simulator."""

    @control("GET")
    def entries(request: SandboxRequest) -> dict[str, Any]:
        """All entries; with `since` and `wait`, once something changed."""
        provider = request.sandbox.get(kind)
        hub = provider.hub
        since = int(request.GET.get("since", 0)) if request.GET.get("epoch") == hub.epoch else -1
        with hub.lock:
            provider.tidy()
            hub.wait(lambda: hub.revision > since, _seconds(request))
            return provider.overview()

    @control("GET")
    def entry(request: SandboxRequest, key: str) -> dict[str, Any]:
        """One entry by any of its names; `wait` waits for its calls (of `kind`) to be taken."""
        provider = request.sandbox.get(kind)
        with provider.hub.lock:
            found = provider.find(key)
            told = request.GET.get("kind", "")
            provider.hub.wait(lambda: provider.settled(found, told), _seconds(request))
            return {kind.noun: provider.view(found)}

    @control("POST")
    def pay(request: SandboxRequest) -> dict[str, Any]:
        """Pay (or mispay) an entry; see the service's `payer.MODES`."""
        provider, document = request.sandbox.get(kind), request.body_object()
        how = kind.how_class.read(document)
        with provider.hub.lock:
            found = provider.find(named(document, kind.keys))
            provider.perform(found, str(document.get("mode", "pay")), how)
            return {kind.noun: provider.view(found)}

    @control("GET", "POST")
    def options(request: SandboxRequest) -> dict[str, Any]:
        """Read or change how the service behaves; only the fields sent change."""
        provider = request.sandbox.get(kind)
        with provider.hub.lock:
            if request.method == "POST":
                _change(provider.state.options, request.body_object())
                provider.hub.changed()
            return {"options": snapshot.dump(provider.state.options)}

    base = f"control/{kind.slug}"
    return [
        path(f"{base}/{kind.noun}s", entries),
        path(f"{base}/{kind.noun}s/<str:key>", entry),
        path(f"{base}/pay", pay),
        path(f"{base}/options", options),
    ]


def named(document: dict[str, Any], keys: tuple[str, ...]) -> str:
    """The first of these fields that says something."""
    return next((str(document[key]) for key in keys if document.get(key)), "")


def pay_page(
    request: SandboxRequest, provider: Provider, entry: Any, **context: Any
) -> HttpResponse:
    """The payer's page of an entry; 404 for None. The caller holds the lock."""
    view = None if entry is None else provider.view(entry)
    context |= {"title": provider.title, "found": view, provider.noun: view}
    status = 404 if view is None else 200
    return page(request, f"sandbox/{provider.slug}/pay.html", context, status=status)


def _seconds(request: SandboxRequest) -> float:
    return min(float(request.GET.get("wait", 0)), MAX_WAIT)


def _change(options: Any, document: dict[str, Any]) -> None:
    hints = get_type_hints(type(options))
    for name, value in document.items():
        if name not in hints:
            raise ControlError(f"unknown option {name!r}; known: {', '.join(sorted(hints))}")
        try:
            setattr(options, name, _typed(hints[name], value))
        except (TypeError, ValueError, InvalidOperation):
            raise ControlError(f"bad value of {name}") from None


def _typed(kind: Any, value: Any) -> Any:
    if kind is bool:
        return bool(value)
    if kind is Decimal:
        return Decimal(str(value))
    return snapshot.load(kind, value)
