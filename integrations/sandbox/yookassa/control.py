"""Control API of the simulated YooKassa, `/control/yookassa/…`; described in the sandbox's README.md."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.yookassa import payer, views
from integrations.sandbox.yookassa.simulator import Yookassa
from integrations.sandbox.yookassa.state import Options

MAX_WAIT = 55.0


@control("GET")
def payments(request: SandboxRequest) -> dict[str, Any]:
    """All payments; with `since` and `wait`, once something changed."""
    shop = request.sandbox.get(Yookassa)
    since = int(request.GET.get("since", 0)) if request.GET.get("epoch") == shop.hub.epoch else -1
    with shop.hub.lock:
        shop.tidy()
        shop.hub.wait(
            lambda: shop.hub.revision > since, min(float(request.GET.get("wait", 0)), MAX_WAIT)
        )
        return views.overview(shop)


@control("GET")
def payment(request: SandboxRequest, key: str) -> dict[str, Any]:
    """One payment by id or order number; `wait` waits for its first tries of delivery to end."""
    shop = request.sandbox.get(Yookassa)
    with shop.hub.lock:
        shop.tidy()
        found = shop.find(key)
        shop.hub.wait(
            lambda: bool(found.deliveries) and all(one.attempts for one in found.deliveries),
            min(float(request.GET.get("wait", 0)), MAX_WAIT),
        )
        return {"payment": views.payment_view(shop, found)}


@control("POST")
def pay(request: SandboxRequest) -> dict[str, Any]:
    """Pay (or mispay) a payment; see `payer.MODES`."""
    shop, document = request.sandbox.get(Yookassa), request.body_object()
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
        shop.tidy()
        found = shop.find(str(document.get("id") or document.get("order_id") or ""))
        payer.perform(shop, found, str(document.get("mode", "pay")), how)
        return {"payment": views.payment_view(shop, found)}


@control("GET", "POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """Read or change how the service behaves; only the fields sent change."""
    shop = request.sandbox.get(Yookassa)
    hints = get_type_hints(Options)
    with shop.hub.lock:
        if request.method == "POST":
            for name, value in request.body_object().items():
                if name not in {one.name for one in fields(Options)}:
                    raise ControlError(f"unknown option {name!r}; known: {', '.join(hints)}")
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
