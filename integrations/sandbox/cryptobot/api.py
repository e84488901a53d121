"""Crypto Pay's HTTP API under `/cryptobot/api/`: parameters come as a query, as JSON or as a form."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest
from integrations.sandbox.cryptobot.app import App, Refused
from integrations.sandbox.cryptobot.simulator import Cryptobot
from integrations.sandbox.cryptobot.state import ACTIVE, DELETED, PAID
from integrations.sandbox.cryptobot.transfers import listed, transfer
from integrations.sandbox.cryptobot.wire import Payload, printed

LOCKED = 423
LARGEST_PAGE = 1000


def _reply(document: Payload, status: int = 200) -> HttpResponse:
    return HttpResponse(
        printed(document), status=status, content_type="application/json; charset=utf-8"
    )


def _refusal(refused: Refused) -> HttpResponse:
    error = {"code": refused.status, "name": refused.name, **refused.extra}
    return _reply({"ok": False, "error": error}, refused.status)


def _fault(fault: Fault) -> HttpResponse:
    return _refusal(Refused(str(fault.detail.get("error") or "APP_ERROR"), fault.status))


def _parameters(request: SandboxRequest) -> Payload:
    found: Payload = {**request.GET.dict(), **request.POST.dict()}
    if request.content_type == "application/json" and request.body:
        try:
            document = json.loads(request.body)
        except ValueError:
            raise Refused("APP_ERROR", 500) from None
        if not isinstance(document, dict):
            raise Refused("APP_ERROR", 500)
        found |= document
    return found


def _create(app: App, given: Payload) -> Any:
    return app.wire(app.create(given))


def _list(app: App, given: Payload) -> Any:
    """Newest first, as the service was seen to list them."""
    try:
        offset, count = int(given.get("offset", 0)), int(given.get("count", 100))
    except (TypeError, ValueError):
        raise Refused("COUNT_INVALID") from None
    if offset < 0 or not 1 <= count <= LARGEST_PAGE:
        raise Refused("COUNT_INVALID")
    if given.get("status") not in (None, ACTIVE, PAID):
        raise Refused("STATUS_INVALID")
    ids = set(str(given["invoice_ids"]).split(",")) if "invoice_ids" in given else None
    found = [
        app.wire(invoice)
        for key, invoice in reversed(app.state.invoices.items())
        if (ids is None or key in ids)
        and app.aged(invoice).status != DELETED
        and given.get("status") in (None, invoice.status)
        and given.get("asset") in (None, invoice.asset)
        and given.get("fiat") in (None, invoice.fiat)
    ]
    return {"items": found[offset : offset + count]}


def _delete(app: App, given: Payload) -> Any:
    app.delete(str(given.get("invoice_id", "")))
    return True


def _me(app: App, given: Payload) -> Any:
    return {
        "app_id": int(app.token.partition(":")[0]),
        "name": "Проводник (песочница)",
        "payment_processing_bot_username": "CryptoBot",
        "webhook_endpoint": app.callback_url,
    }


METHODS: dict[str, Callable[[App, Payload], Any]] = {
    "createInvoice": _create,
    "getInvoices": _list,
    "deleteInvoice": _delete,
    "getMe": _me,
    "transfer": transfer,
    "getTransfers": listed,
}


def call(request: SandboxRequest, method: str) -> HttpResponse:
    app = request.sandbox.get(Cryptobot)

    def converse() -> HttpResponse:
        given = request.headers.get("Crypto-Pay-API-Token", "")
        try:
            if not hmac.compare_digest(given.encode(), app.token.encode()):
                raise Refused("UNAUTHORIZED", 401)
            if app.state.options.suspended:
                raise Refused("APP_LOCKED", LOCKED)
            if method not in METHODS:
                raise Refused("METHOD_NOT_FOUND", 405)
            with app.hub.lock:
                return _reply({"ok": True, "result": METHODS[method](app, _parameters(request))})
        except Refused as refused:
            return _refusal(refused)

    return exchange(request, service=app.slug, operation=method, answer=converse, refuse=_fault)
