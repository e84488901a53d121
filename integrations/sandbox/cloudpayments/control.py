"""Control API of the simulated CloudPayments, `/control/cloudpayments/…`; described in README.md."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints

from integrations.sandbox.cloudpayments import payer, views
from integrations.sandbox.cloudpayments.simulator import CloudPayments
from integrations.sandbox.cloudpayments.state import Options
from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control

MAX_WAIT = 55.0


@control("GET")
def orders(request: SandboxRequest) -> dict[str, Any]:
    """All orders; with `since` and `wait`, once something changed."""
    site = request.sandbox.get(CloudPayments)
    since = int(request.GET.get("since", 0)) if request.GET.get("epoch") == site.hub.epoch else -1
    with site.hub.lock:
        site.hub.wait(
            lambda: site.hub.revision > since, min(float(request.GET.get("wait", 0)), MAX_WAIT)
        )
        return views.overview(site)


@control("GET")
def order(request: SandboxRequest, key: str) -> dict[str, Any]:
    """One order by link id or by the shop's number; `wait` waits for the notification of `kind`
    (any but check) to be accepted.
    """
    site = request.sandbox.get(CloudPayments)
    kind = request.GET.get("kind", "")
    with site.hub.lock:
        found = site.find(key)

        def told() -> bool:
            notices = [one for one in found.deliveries if one.kind == (kind or one.kind)]
            return any(kind or one.kind != "check" for one in notices) and all(
                one.done for one in notices
            )

        site.hub.wait(told, min(float(request.GET.get("wait", 0)), MAX_WAIT))
        return {"order": views.order_view(site, found)}


@control("POST")
def pay(request: SandboxRequest) -> dict[str, Any]:
    """Pay (or mispay) an order; see `payer.MODES`."""
    site, document = request.sandbox.get(CloudPayments), request.body_object()
    amount = document.get("amount")
    try:
        how = payer.How(
            count=int(document.get("count", 5)),
            amount=None if amount in (None, "") else Decimal(str(amount)),
            seconds=float(document.get("seconds", 5)),
        )
    except (ValueError, InvalidOperation):
        raise ControlError("count, amount and seconds must be numbers") from None
    with site.hub.lock:
        found = site.find(str(document.get("id") or document.get("invoice_id") or ""))
        payer.perform(site, found, str(document.get("mode", "pay")), how)
        return {"order": views.order_view(site, found)}


@control("GET", "POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """Read or change how the service behaves; only the fields sent change."""
    site = request.sandbox.get(CloudPayments)
    known, hints = {one.name for one in fields(Options)}, get_type_hints(Options)
    with site.hub.lock:
        if request.method == "POST":
            for name, value in request.body_object().items():
                if name not in known:
                    raise ControlError(
                        f"unknown option {name!r}; known: {', '.join(sorted(known))}"
                    )
                try:
                    setattr(site.state.options, name, snapshot.load(hints[name], value))
                except (TypeError, ValueError):
                    raise ControlError(f"bad value of {name}") from None
            site.hub.changed()
        return {"options": snapshot.dump(site.state.options)}
