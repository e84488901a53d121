"""The bank page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.cloudpayments.simulator import CloudPayments
from integrations.sandbox.cloudpayments.views import order_view
from integrations.sandbox.core.http import SandboxRequest, page


def bank(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/cloudpayments/bank.html")


def pay(request: SandboxRequest, key: str) -> HttpResponse:
    site = request.sandbox.get(CloudPayments)
    with site.hub.lock:
        order = site.state.orders.get(key)
        view = None if order is None else order_view(site, order)
    response = page(request, "sandbox/cloudpayments/pay.html", {"order": view})
    response.status_code = 404 if order is None else 200
    return response
