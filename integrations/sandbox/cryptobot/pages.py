"""The wallet page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.cryptobot.simulator import Cryptobot
from integrations.sandbox.cryptobot.views import invoice_view


def wallet(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/cryptobot/wallet.html")


def pay(request: SandboxRequest, code: str) -> HttpResponse:
    app = request.sandbox.get(Cryptobot)
    with app.hub.lock:
        found = [one for one in app.state.invoices.values() if one.hash == code]
        view = invoice_view(app, found[0]) if found else None
    response = page(request, "sandbox/cryptobot/pay.html", {"invoice": view})
    response.status_code = 200 if found else 404
    return response
