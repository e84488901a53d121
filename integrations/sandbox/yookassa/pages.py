"""The bank page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.core.paying import pay_page
from integrations.sandbox.yookassa.simulator import Yookassa


def bank(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/yookassa/bank.html")


def pay(request: SandboxRequest, payment_id: str) -> HttpResponse:
    shop = request.sandbox.get(Yookassa)
    with shop.hub.lock:
        shop.tidy()
        return pay_page(request, shop, shop.state.payments.get(payment_id))
