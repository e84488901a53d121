"""The bank page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.yookassa.simulator import Yookassa
from integrations.sandbox.yookassa.views import payment_view


def bank(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/yookassa/bank.html")


def pay(request: SandboxRequest, payment_id: str) -> HttpResponse:
    shop = request.sandbox.get(Yookassa)
    with shop.hub.lock:
        shop.tidy()
        payment = shop.state.payments.get(payment_id)
        view = None if payment is None else payment_view(shop, payment)
    response = page(request, "sandbox/yookassa/pay.html", {"payment": view})
    response.status_code = 404 if view is None else 200
    return response
