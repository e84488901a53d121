"""Paying with stars: the sheet Telegram opens over the chat, and the control API behind it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control, page
from integrations.sandbox.telegram import stars
from integrations.sandbox.telegram.simulator import Telegram


def sheet(request: SandboxRequest, slug: str) -> HttpResponse:
    """The invoice behind a link, and who may pay it: anybody who has the link."""
    telegram = request.sandbox.get(Telegram)
    with telegram.hub.lock:
        try:
            bill = stars.invoice(telegram, slug)
        except ControlError:
            return HttpResponse(
                "Такого счёта нет", status=404, content_type="text/plain; charset=utf-8"
            )
        people = [chat for chat in telegram.state.chats.values() if chat.type == "private"]
        charges = [one for one in telegram.state.star_charges if one.payload == bill.payload]
        context = {
            "title": "Telegram Stars",
            "found": True,
            "bill": bill,
            "people": list(reversed(people)),
            "charges": charges,
        }
        return page(request, "sandbox/telegram/stars.html", context)


@control("POST")
def pay(request: SandboxRequest) -> dict[str, Any]:
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        bill = stars.invoice(telegram, str(document.get("invoice", "")))
        chat = telegram.chat(int(document.get("chat_id", 0)))
        return stars.pay(
            telegram,
            chat,
            bill,
            ask=bool(document.get("ask", True)),
            tell=bool(document.get("tell", True)),
        )


@control("POST")
def renew(request: SandboxRequest) -> dict[str, Any]:
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        return stars.renew(telegram, str(document.get("charge", "")))


@control("POST")
def refund(request: SandboxRequest) -> dict[str, Any]:
    """Telegram's support gives a charge back without the bot."""
    telegram, document = request.sandbox.get(Telegram), request.body_object()
    with telegram.hub.lock:
        stars.refund(telegram, stars.charge_of(telegram, str(document.get("charge", ""))))
        return {}
