"""The bank page (operator's side) and the pay page (payer's side)."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.cloudpayments.simulator import CloudPayments
from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.core.paying import pay_page


def bank(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/cloudpayments/bank.html")


def pay(request: SandboxRequest, key: str) -> HttpResponse:
    site = request.sandbox.get(CloudPayments)
    with site.hub.lock:
        return pay_page(request, site, site.state.orders.get(key))
