"""The bank page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.oneplat.simulator import Oneplat
from integrations.sandbox.oneplat.state import DRAFT, METHODS
from integrations.sandbox.oneplat.views import order_view


def bank(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/oneplat/bank.html")


def pay(request: SandboxRequest, guid: str) -> HttpResponse:
    shop = request.sandbox.get(Oneplat)
    with shop.hub.lock:
        order = shop.state.orders.get(guid)
        view = None if order is None else order_view(shop, order)
    context = {"order": view, "methods": METHODS, "draft": DRAFT}
    response = page(request, "sandbox/oneplat/pay.html", context)
    response.status_code = 404 if order is None else 200
    return response
