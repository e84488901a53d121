"""The Bot API as the bot sees it: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest, as_json
from integrations.sandbox.telegram.errors import BotApiError
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.methods import editing, forums, profile, sending, stars, updates
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.simulator import Telegram

Method = Callable[[Messenger, Params], Any]
METHODS: dict[str, Method] = {
    name.lower(): method
    for family in (updates, sending, editing, forums, profile, stars)
    for name, method in family.METHODS.items()
}
FAULT_TEXTS = {
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


def call(request: SandboxRequest, token: str, method: str) -> HttpResponse:
    """One call of a method; names are case-insensitive."""
    telegram = request.sandbox.get(Telegram)
    try:
        params = Params.of(request)
    except BotApiError as error:
        return as_json(error.wire(), error.code)

    def answer() -> HttpResponse:
        with telegram.hub.lock:  # held while the answer is written: messages change under it
            try:
                return as_json({"ok": True, "result": _perform(telegram, token, method, params)})
            except BotApiError as error:
                return as_json(error.wire(), error.code)

    return exchange(
        request,
        service=telegram.slug,
        operation=method,
        subject=params.text("chat_id"),
        answer=answer,
        refuse=_refusal,
        quiet=method.lower() == "getupdates",
    )


def _perform(telegram: Telegram, token: str, method: str, params: Params) -> Any:
    if not hmac.compare_digest(token.encode(), telegram.token.encode()):
        raise BotApiError(401, "Unauthorized")
    known = METHODS.get(method.lower())
    if known is None:
        raise BotApiError(404, "Not Found: method not found")
    return known(telegram, params)


def _refusal(fault: Fault) -> HttpResponse:
    if fault.status == 429:
        wait = int(fault.detail.get("retry_after", 3))
        error = BotApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
    else:
        text = str(fault.detail.get("description") or FAULT_TEXTS.get(fault.status, "Bad Request"))
        error = BotApiError(fault.status, text)
    return as_json(error.wire(), fault.status)


def file(request: SandboxRequest, token: str, path: str) -> HttpResponse:
    """The content behind a `file_path`."""
    telegram = request.sandbox.get(Telegram)
    with telegram.hub.lock:
        found = telegram.state.files.get(path.removeprefix("files/"))
    if found is None or not hmac.compare_digest(token.encode(), telegram.token.encode()):
        return as_json(BotApiError(404, "Not Found").wire(), 404)
    return HttpResponse(base64.b64decode(found.content), content_type=found.content_type)
