"""The site as its visitor sees it, and what it has sent."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.flexbe.site import Flexbe
from integrations.sandbox.flexbe.state import PAY_STATUSES, PRICES, PRODUCTS, STATUSES, Lead

PATIENCE = 3.0  # seconds a page waits for its call, so that it can show what came of it


def site(request: SandboxRequest) -> HttpResponse:
    """Everything on one page; works without scripts."""
    service = request.sandbox.get(Flexbe)
    if request.method == "POST":
        return _act(request, service)
    with service.hub.lock:
        rows = [
            {
                "lead": one,
                "status": STATUSES[one.status],
                "pay": PAY_STATUSES.get(one.pay, ""),
                "product": PRODUCTS[one.product] if one.product else "",
            }
            for one in reversed(service.state.leads)
        ]
        context = {
            "rows": rows,
            "products": [(code, title, PRICES.get(code, "")) for code, title in PRODUCTS.items()],
            "options": service.state.options,
            "callback_url": service.callback_url,
        }
    return page(request, "sandbox/flexbe/site.html", context)


def _act(request: SandboxRequest, service: Flexbe) -> HttpResponse:
    given = {name: str(value) for name, value in request.POST.items()}
    try:
        with service.hub.lock:
            lead = _done(given, service)
            if lead is not None:
                service.hub.wait(lambda: bool(lead.deliveries[-1].attempts), PATIENCE)
    except (ControlError, ValueError) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    return HttpResponseRedirect("/flexbe/#sent")


def _done(given: dict[str, str], service: Flexbe) -> Lead | None:
    """Do what the form says; the lead that was told of, if any."""
    act = given.get("act", "")
    if act == "submit":
        is_test = "test" in given
        return service.submit(given, product=given.get("product", ""), is_test=is_test)
    if act == "secret":
        service.choose({"with_secret": "with_secret" in given})
        return None
    lead = service.find(int(given.get("id", 0)))
    if act == "again":
        service.again(lead)
    elif act == "pay":
        service.pay(lead, given.get("status", ""))
    else:
        raise ControlError(f"unknown act {act!r}")
    return lead
