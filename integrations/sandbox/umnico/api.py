"""The API under `/umnico/v1.3/`."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest, as_json
from integrations.sandbox.umnico import wire
from integrations.sandbox.umnico.account import Umnico

Endpoint = Callable[[Umnico, SandboxRequest], HttpResponse]


def _call(request: SandboxRequest, operation: str, lead: int, endpoint: Endpoint) -> HttpResponse:
    service = request.sandbox.get(Umnico)

    def converse() -> HttpResponse:
        with service.hub.lock:
            if not _knows(service, request):
                return _refusal("Unauthorized", 401)
            try:
                return endpoint(service, request)
            except ControlError as error:
                return _refusal(str(error), error.status)

    return exchange(
        request,
        service=service.slug,
        operation=operation,
        subject=str(lead or ""),
        answer=converse,
        refuse=_refuse,
    )


def _knows(service: Umnico, request: SandboxRequest) -> bool:
    """The token with or without a prefix, in letters of any size."""
    given = request.headers.get("Authorization", "")
    scheme, _space, token = given.partition(" ")
    if scheme.lower() not in ("bearer", "jwt"):
        token = given
    genuine = hmac.compare_digest(token.strip().encode(), service.token.encode())
    return bool(service.token) and genuine and not service.state.options.token_expired


def _refuse(fault: Fault) -> HttpResponse:
    return _refusal(str(fault.detail.get("error") or "Internal error"), fault.status)


def _refusal(message: str, status: int) -> HttpResponse:
    return as_json({"statusCode": status, "message": message}, status)


def account(request: SandboxRequest) -> HttpResponse:
    return _call(
        request,
        "account",
        0,
        lambda _service, _request: as_json({"id": wire.ACCOUNT, "name": "Дома и цены"}),
    )


def managers(request: SandboxRequest) -> HttpResponse:
    return _call(request, "managers", 0, lambda _service, _request: as_json([wire.MANAGER]))


def lead(request: SandboxRequest, lead: int) -> HttpResponse:
    return _call(
        request, "lead", lead, lambda service, _request: as_json(wire.lead(service.talk(lead)))
    )


def sources(request: SandboxRequest, lead: int) -> HttpResponse:
    return _call(
        request,
        "sources",
        lead,
        lambda service, _request: as_json([wire.source(service.talk(lead))]),
    )


def history(request: SandboxRequest, lead: int, source: int) -> HttpResponse:
    """Newest first."""

    def answer(service: Umnico, _request: SandboxRequest) -> HttpResponse:
        talk = service.talk(lead)
        if source != talk.real_id:
            raise ControlError("unknown source", 404)
        return as_json([wire.message(talk, said) for said in reversed(talk.messages)])

    return _call(request, "history", lead, answer)


def send(request: SandboxRequest, lead: int) -> HttpResponse:
    def answer(service: Umnico, request: SandboxRequest) -> HttpResponse:
        talk, document = service.talk(lead), request.body_object()
        message = document.get("message")
        text = message.get("text") if isinstance(message, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise ControlError("message.text is required", 422)
        if str(document.get("source", "")) != str(talk.real_id):
            raise ControlError("source is not of this dialogue", 422)
        if document.get("userId") != wire.MANAGER["id"]:
            raise ControlError("userId is not a manager of this account", 422)
        said = service.answer(talk, text, custom_id=str(document.get("customId") or ""))
        return as_json({"messageId": str(said.number)})

    return _call(request, "send", lead, answer)


def webhooks(request: SandboxRequest) -> HttpResponse:
    def answer(service: Umnico, request: SandboxRequest) -> HttpResponse:
        if request.method == "GET":
            return as_json([_row(one.id, service) for one in service.state.webhooks])
        document = request.body_object()
        url = str(document.get("url") or "")
        if not url.startswith(("http://", "https://")):
            raise ControlError("url is required", 422)
        made = service.connect(url, str(document.get("name") or ""))
        if made is None:
            raise ControlError("This server already exists", 400)
        return as_json(_row(made.id, service))

    return _call(request, "webhooks", 0, answer)


def webhook(request: SandboxRequest, number: int) -> HttpResponse:
    def answer(service: Umnico, request: SandboxRequest) -> HttpResponse:
        if request.method != "DELETE":
            raise ControlError("method not allowed", 405)
        service.disconnect(number)
        return as_json({"id": number})

    return _call(request, "webhook", 0, answer)


def _row(number: int, service: Umnico) -> dict[str, Any]:
    one = service.webhook(number)
    return {"id": one.id, "url": one.url, "name": one.name, "status": one.status}
