"""The chat page."""

from __future__ import annotations

import base64

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.telegram.simulator import Telegram


def chat(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/telegram/chat.html")


def file(request: SandboxRequest, file_id: str) -> HttpResponse:
    """A picture or a document the bot sent, for the page."""
    telegram = request.sandbox.get(Telegram)
    with telegram.hub.lock:
        found = telegram.state.files.get(file_id)
    if found is None:
        return HttpResponse(
            "Файл не сохранился", status=404, content_type="text/plain; charset=utf-8"
        )
    response = HttpResponse(base64.b64decode(found.content), content_type=found.content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
