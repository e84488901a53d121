"""Control API of the simulated 1Plat, `/control/oneplat/…`; described in README.md."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.oneplat import payer, views
from integrations.sandbox.oneplat.simulator import Oneplat
from integrations.sandbox.oneplat.state import Options

MAX_WAIT = 55.0


@control("GET")
def orders(request: SandboxRequest) -> dict[str, Any]:
    """All orders; with `since` and `wait`, once something changed."""
    shop = request.sandbox.get(Oneplat)
    since = int(request.GET.get("since", 0)) if request.GET.get("epoch") == shop.hub.epoch else -1
    with shop.hub.lock:
        shop.hub.wait(
            lambda: shop.hub.revision > since, min(float(request.GET.get("wait", 0)), MAX_WAIT)
        )
        return views.overview(shop)


@control("GET")
def order(request: SandboxRequest, key: str) -> dict[str, Any]:
    """One order by guid, by the shop's order id or by payment id; `wait` waits for its deliveries
    to end.
    """
    shop = request.sandbox.get(Oneplat)
    with shop.hub.lock:
        found = shop.find(key)
        shop.hub.wait(
            lambda: bool(found.deliveries) and all(one.done for one in found.deliveries),
            min(float(request.GET.get("wait", 0)), MAX_WAIT),
        )
        return {"order": views.order_view(shop, found)}


@control("POST")
def pay(request: SandboxRequest) -> dict[str, Any]:
    """Pay (or mispay) an order; see `payer.MODES`."""
    shop, document = request.sandbox.get(Oneplat), request.body_object()
    key = str(
        document.get("guid")
        or document.get("merchant_order_id")
        or document.get("payment_id")
        or ""
    )
    amount = document.get("amount")
    try:
        how = payer.How(
            count=int(document.get("count", 5)),
            amount=None if amount in (None, "") else Decimal(str(amount)),
            seconds=float(document.get("seconds", 5)),
        )
    except (ValueError, InvalidOperation):
        raise ControlError("count, amount and seconds must be numbers") from None
    with shop.hub.lock:
        found = shop.find(key)
        payer.perform(shop, found, str(document.get("mode", "pay")), how)
        return {"order": views.order_view(shop, found)}


@control("POST")
def choose(request: SandboxRequest) -> dict[str, Any]:
    """Pick a method for a draft, as on the pay page."""
    shop, document = request.sandbox.get(Oneplat), request.body_object()
    with shop.hub.lock:
        found = shop.find(str(document.get("guid") or document.get("merchant_order_id") or ""))
        shop.choose(found, str(document.get("method", "")))
        return {"order": views.order_view(shop, found)}


@control("GET", "POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """Read or change how the service behaves; only the fields sent change."""
    shop = request.sandbox.get(Oneplat)
    with shop.hub.lock:
        if request.method == "POST":
            known = {one.name for one in fields(Options)}
            hints = get_type_hints(Options)
            for name, value in request.body_object().items():
                if name not in known:
                    raise ControlError(
                        f"unknown option {name!r}; known: {', '.join(sorted(known))}"
                    )
                try:
                    setattr(shop.state.options, name, _typed(hints[name], value))
                except (TypeError, ValueError, InvalidOperation):
                    raise ControlError(f"bad value of {name}") from None
            shop.hub.changed()
        return {"options": snapshot.dump(shop.state.options)}


def _typed(kind: Any, value: Any) -> Any:
    if kind is bool:
        return bool(value)
    if kind is Decimal:
        return Decimal(str(value))
    return snapshot.load(kind, value)
