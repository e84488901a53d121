"""The wallet page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.core.paying import pay_page
from integrations.sandbox.cryptobot.simulator import Cryptobot


def bank(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/cryptobot/bank.html")


def pay(request: SandboxRequest, code: str) -> HttpResponse:
    app = request.sandbox.get(Cryptobot)
    with app.hub.lock:
        found = [one for one in app.entries() if one.hash == code]
        return pay_page(request, app, found[0] if found else None)
