"""The bank page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.core.paying import pay_page
from integrations.sandbox.oneplat.simulator import Oneplat
from integrations.sandbox.oneplat.state import DRAFT, METHODS


def bank(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/oneplat/bank.html")


def pay(request: SandboxRequest, guid: str) -> HttpResponse:
    shop = request.sandbox.get(Oneplat)
    with shop.hub.lock:
        order = shop.state.orders.get(guid)
        return pay_page(request, shop, order, methods=METHODS, draft=DRAFT)
