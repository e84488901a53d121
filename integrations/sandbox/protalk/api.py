"""ProTalk's API under `/protalk/api/v1.0/`, as far as clients of others show it. Errors are plain words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.http import SandboxRequest, as_json
from integrations.sandbox.protalk.bots import ProTalk
from integrations.sandbox.protalk.state import BOTS

Answer = Callable[[ProTalk, dict[str, Any], SandboxRequest], HttpResponse]


def ask(request: SandboxRequest, token: str) -> HttpResponse:
    """One question, one answer in `done`; the token is a part of the address."""

    def perform(service: ProTalk, said: dict[str, Any], request: SandboxRequest) -> HttpResponse:
        if not _fits(service, token, said.get("bot_id")):
            return _words("Bot not found", 401)
        return as_json({"done": service.answer(str(said.get("message", "")))})

    return _converse(request, "ask", perform)


def send_message_async(request: SandboxRequest) -> HttpResponse:
    def perform(service: ProTalk, said: dict[str, Any], request: SandboxRequest) -> HttpResponse:
        if not _fits(service, str(said.get("bot_token", "")), said.get("bot_id")):
            return _words("Bot not found", 401)
        service.think(str(said.get("bot_chat_id", "")), str(said.get("message", "")))
        return as_json({"status": "ok"})

    return _converse(request, "send_message_async", perform)


def get_last_reply(request: SandboxRequest) -> HttpResponse:
    def perform(service: ProTalk, said: dict[str, Any], request: SandboxRequest) -> HttpResponse:
        if not _fits(service, str(said.get("bot_token", "")), said.get("bot_id")):
            return _words("Bot not found", 401)
        return as_json({"message": service.last_reply(str(said.get("bot_chat_id", "")))})

    return _converse(request, "get_last_reply", perform)


def send_message(request: SandboxRequest) -> HttpResponse:
    """Into a chat of the bot whose token is the Bearer; the same `message_id` again is the message there is."""

    def perform(service: ProTalk, said: dict[str, Any], request: SandboxRequest) -> HttpResponse:
        bot = service.bot_of(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if not bot:
            return _words("Unauthorized", 401)
        text, number = str(said.get("message", "")), str(said.get("message_id", ""))
        if not text or not number:
            return _words("message and message_id are required", 400)
        chats = [one for one in service.state.chats if one.id == said.get("chat_id")]
        if not chats or chats[0].bot != bot:
            return _words("Chat not found", 404)
        if number not in {line.number for line in chats[0].lines}:
            service.write(chats[0], "product", text, number=number)
        return as_json({"id": number})

    return _converse(request, "send_message", perform)


def _converse(request: SandboxRequest, operation: str, perform: Answer) -> HttpResponse:
    service = request.sandbox.get(ProTalk)
    said = _said(request)

    def answer() -> HttpResponse:
        if request.method != "POST":
            return _words("Method Not Allowed", 405)
        with service.hub.lock:
            return perform(service, said, request)

    return exchange(
        request,
        service=service.slug,
        operation=operation,
        answer=answer,
        refuse=lambda fault: _words(
            str(fault.detail.get("text") or "Internal Server Error"), fault.status
        ),
        subject=str(said.get("chat_id") or said.get("bot_chat_id") or ""),
    )


def _said(request: SandboxRequest) -> dict[str, Any]:
    try:
        document = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _fits(service: ProTalk, token: str, number: Any) -> bool:
    bot = service.bot_of(token)
    return bot in BOTS and str(number) == service.keys(bot)[0]


def _words(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
