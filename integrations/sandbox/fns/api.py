"""The service's HTTP API under `/fns/api/`."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest, as_json
from integrations.sandbox.fns import wire
from integrations.sandbox.fns.service import METHODS, Fns

BAD_KEY = "Ошибка: Неверный ключ (1)"
QUOTA = "Ошибка: Исчерпано количество запросов"


def call(request: SandboxRequest, method: str) -> HttpResponse:
    service = request.sandbox.get(Fns)

    def converse() -> HttpResponse:
        given = request.GET.get("key", "")
        if not hmac.compare_digest(given.encode(), service.key.encode()):
            return _words(BAD_KEY, 403)
        answer = ANSWERS.get(method)
        if answer is None or request.method != "GET":
            return _words("Ошибка: Неизвестный метод", 404)
        with service.hub.lock:
            if method in METHODS and not service.spend(method):
                return _words(QUOTA, 403)
            return as_json(answer(service, request))

    return exchange(
        request,
        service=service.slug,
        operation=method,
        subject=request.GET.get("req", ""),
        answer=converse,
        refuse=_refuse,
    )


def _refuse(fault: Fault) -> HttpResponse:
    """200 is how the service says that it is sorry; any other status comes as plain words."""
    words = str(fault.detail.get("error") or "Сервис временно недоступен")
    return as_json({"error": words}) if fault.status == 200 else _words(words, fault.status)


def _words(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/html; charset=utf-8")


def _egr(service: Fns, request: SandboxRequest) -> Any:
    company = service.find(request.GET.get("req", ""))
    listed = wire.entries(company) if company else []
    return {"items": listed, "Count": len(listed)}


def _check(service: Fns, request: SandboxRequest) -> Any:
    company = service.find(request.GET.get("req", ""))
    return {"items": [wire.checked(company)] if company else []}


def _search(service: Fns, request: SandboxRequest) -> Any:
    found = [wire.short(company) for company in service.named(request.GET.get("q", ""))]
    return {"items": found, "Count": len(found), "nextpage": False}


def _stat(service: Fns, request: SandboxRequest) -> Any:
    state = service.state
    return {
        "Статус": "Песочница",
        "ДатаНач": service.hub.clock.now().strftime("%Y-%m-01"),
        "ДатаОконч": service.hub.clock.now().strftime("%Y-%m-28"),
        # Texts and numbers both, as they come.
        "Методы": {
            method: {"Лимит": str(state.limit), "Истрачено": state.spent.get(method, 0)}
            for method in METHODS
        },
    }


def _statements(service: Fns, request: SandboxRequest) -> Any:
    return []


ANSWERS: dict[str, Callable[[Fns, SandboxRequest], Any]] = {
    "egr": _egr,
    "check": _check,
    "search": _search,
    "stat": _stat,
    "bo": _statements,
}
