"""Control API of the simulated Crypto Pay, `/control/cryptobot/…`; described in the sandbox's README.md."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.http import SandboxRequest, control
from integrations.sandbox.cryptobot import payer, views
from integrations.sandbox.cryptobot.simulator import Cryptobot
from integrations.sandbox.cryptobot.state import Options

MAX_WAIT = 55.0


@control("GET")
def invoices(request: SandboxRequest) -> dict[str, Any]:
    """All invoices; with `since` and `wait`, once something changed."""
    app = request.sandbox.get(Cryptobot)
    since = int(request.GET.get("since", 0)) if request.GET.get("epoch") == app.hub.epoch else -1
    with app.hub.lock:
        app.hub.wait(
            lambda: app.hub.revision > since, min(float(request.GET.get("wait", 0)), MAX_WAIT)
        )
        return views.overview(app)


@control("GET")
def invoice(request: SandboxRequest, key: str) -> dict[str, Any]:
    """One invoice by id, hash or the shop's order number; `wait` waits for its updates to be taken."""
    app = request.sandbox.get(Cryptobot)
    with app.hub.lock:
        found = app.find(key)
        app.hub.wait(
            lambda: bool(found.deliveries) and all(one.done for one in found.deliveries),
            min(float(request.GET.get("wait", 0)), MAX_WAIT),
        )
        return {"invoice": views.invoice_view(app, found)}


@control("POST")
def pay(request: SandboxRequest) -> dict[str, Any]:
    """Pay (or mispay) an invoice; see `payer.MODES`."""
    app, document = request.sandbox.get(Cryptobot), request.body_object()
    amount = document.get("amount")
    try:
        how = payer.How(
            asset=str(document.get("asset") or "USDT"),
            count=int(document.get("count", 5)),
            amount=None if amount in (None, "") else Decimal(str(amount)),
            seconds=float(document.get("seconds", 5)),
        )
    except (ValueError, InvalidOperation):
        raise ControlError("count, amount and seconds must be numbers") from None
    with app.hub.lock:
        found = app.find(str(document.get("invoice_id") or document.get("payload") or ""))
        payer.perform(app, found, str(document.get("mode", "pay")), how)
        return {"invoice": views.invoice_view(app, found)}


@control("GET", "POST")
def options(request: SandboxRequest) -> dict[str, Any]:
    """Read or change how the service behaves; only the fields sent change."""
    app = request.sandbox.get(Cryptobot)
    with app.hub.lock:
        if request.method == "POST":
            known = {one.name for one in fields(Options)}
            hints = get_type_hints(Options)
            for name, value in request.body_object().items():
                if name not in known:
                    raise ControlError(
                        f"unknown option {name!r}; known: {', '.join(sorted(known))}"
                    )
                try:
                    changed = snapshot.load(hints[name], value)
                except (TypeError, ValueError, InvalidOperation):
                    raise ControlError(f"bad value of {name}") from None
                setattr(app.state.options, name, changed)
            app.hub.changed()
        return {"options": snapshot.dump(app.state.options)}
