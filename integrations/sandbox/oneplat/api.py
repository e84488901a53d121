"""1Plat's HTTP API under `/oneplat/api/`."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest
from integrations.sandbox.oneplat.shop import Refused, Shop
from integrations.sandbox.oneplat.simulator import Oneplat
from integrations.sandbox.oneplat.state import METHODS
from integrations.sandbox.oneplat.wire import request_sign, stringify

Answer = Callable[[Shop, dict[str, Any]], HttpResponse]


def reply(document: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(
        stringify(document), status=status, content_type="application/json; charset=utf-8"
    )


def _refusal(status: int, error: str) -> HttpResponse:
    return reply({"success": 0, "error": error}, status)


def _fault(fault: Fault) -> HttpResponse:
    return _refusal(fault.status, str(fault.detail.get("error") or "Не удалось получить реквизиты"))


def _serve(
    request: SandboxRequest,
    operation: str,
    method: str,
    answer: Answer,
    *,
    open_to_all: bool = False,
) -> HttpResponse:
    """The common conversation: method, shop headers, body, refusals."""
    shop = request.sandbox.get(Oneplat)

    def converse() -> HttpResponse:
        if request.method != method:
            return _refusal(405, "method not allowed")
        if not open_to_all and not _authorised(request, shop):
            return _refusal(403, "Merchant secret is wrong")
        try:
            document = json.loads(request.body or b"{}", parse_float=Decimal)
        except ValueError:
            return _refusal(400, "invalid JSON")
        if not isinstance(document, dict):
            return _refusal(400, "invalid JSON")
        with shop.hub.lock:
            try:
                return answer(shop, document)
            except Refused as refused:
                return _refusal(refused.status, str(refused))

    return exchange(request, service=shop.slug, operation=operation, answer=converse, refuse=_fault)


def _authorised(request: SandboxRequest, shop: Shop) -> bool:
    given = (request.headers.get("x-shop", ""), request.headers.get("x-secret", ""))
    wanted = (shop.shop_id, shop.secret)
    return all(
        hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, wanted, strict=True)
    )


def _sum(document: dict[str, Any]) -> Decimal:
    """`amount` in roubles: a JSON number; the service rounds to whole roubles."""
    amount = document.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise Refused(400, "amount must be a number")
    return Decimal(amount)


def create(request: SandboxRequest) -> HttpResponse:
    def answer(shop: Shop, document: dict[str, Any]) -> HttpResponse:
        order = shop.create(
            merchant_order_id=str(document.get("merchant_order_id") or ""),
            user_id=str(document.get("user_id") or ""),
            amount=_sum(document),
            method=str(document.get("method") or ""),
            email=str(document.get("email") or ""),
        )
        return reply(
            {
                "success": 1,
                "guid": order.guid,
                "payment": shop.payment(order),
                "url": shop.pay_url(order),
            }
        )

    return _serve(request, "create", "POST", answer)


def sign_create(request: SandboxRequest) -> HttpResponse:
    """The redirect flow: no secret in a header, the body is signed, the payer is sent to the pay
    page.
    """

    def answer(shop: Shop, document: dict[str, Any]) -> HttpResponse:
        amount = _sum(document)
        order_id = str(document.get("merchant_order_id") or "")
        printed = stringify(document["amount"])
        sign = request_sign(str(document.get("shop_id")), shop.secret, printed, order_id)
        known = str(document.get("shop_id")) == shop.shop_id
        if not known or not hmac.compare_digest(sign.encode(), str(document.get("sign")).encode()):
            raise Refused(403, "Sign is wrong")
        order = shop.create(
            merchant_order_id=order_id,
            user_id=str(document.get("user_id") or ""),
            amount=amount,
            method=str(document.get("method") or ""),
            email=str(document.get("email") or ""),
        )
        return HttpResponse(status=302, headers={"Location": shop.pay_url(order)})

    return _serve(request, "sign/create", "POST", answer, open_to_all=True)


def info(request: SandboxRequest, guid: str) -> HttpResponse:
    def answer(shop: Shop, document: dict[str, Any]) -> HttpResponse:
        order = shop.state.orders.get(guid)
        if order is None:
            raise Refused(404, "Order not found")
        return reply({"success": 1, "payment": shop.payment(order), "status": order.status})

    return _serve(request, "info", "GET", answer)


def methods(request: SandboxRequest) -> HttpResponse:
    def answer(shop: Shop, document: dict[str, Any]) -> HttpResponse:
        options = shop.state.options
        systems = [
            {
                "system_group": name,
                "min": Decimal(1) if name == "crypto" else options.minimum,
                "max": options.maximum,
            }
            for name in METHODS
        ]
        return reply({"success": 1, "systems": systems})

    return _serve(request, "methods", "GET", answer)


def listing(request: SandboxRequest) -> HttpResponse:
    """Orders since `date_start` (UTC), optionally of one status."""

    def answer(shop: Shop, document: dict[str, Any]) -> HttpResponse:
        try:
            since = datetime.strptime(str(document.get("date_start")), "%Y-%m-%d %H:%M:%S").replace(
                tzinfo=UTC
            )
        except ValueError:
            raise Refused(400, "date_start must be YYYY-MM-DD HH:MM:SS") from None
        status = document.get("status")
        found = [
            shop.payment(order)
            for order in shop.state.orders.values()
            if order.created >= since and status in (None, order.status)
        ]
        return reply({"success": 1, "payments": found})

    return _serve(request, "list", "POST", answer)


def shop_info(request: SandboxRequest) -> HttpResponse:
    def answer(shop: Shop, document: dict[str, Any]) -> HttpResponse:
        paid = sum(
            (shop.sums(one)["amount_to_shop"] for one in shop.state.orders.values() if one.paid),
            Decimal(0),
        )
        return reply(
            {
                "success": 1,
                "shop": {"id": int(shop.shop_id), "name": "Проводник (песочница)", "balance": paid},
            }
        )

    return _serve(request, "shop/info", "GET", answer)


def unknown(request: SandboxRequest, rest: str) -> HttpResponse:
    def nothing() -> HttpResponse:
        return _refusal(404, "not found")

    return exchange(
        request, service=Oneplat.slug, operation="unknown", answer=nothing, refuse=_fault
    )


def choose(request: SandboxRequest, guid: str) -> HttpResponse:
    """The payer's choice on the pay page (a form)."""
    shop = request.sandbox.get(Oneplat)
    with shop.hub.lock:
        order = shop.state.orders.get(guid)
        if order is None or request.method != "POST":
            return _refusal(404, "Order not found")
        try:
            shop.choose(order, str(request.POST.get("method")))
        except ControlError as error:
            return _refusal(error.status, str(error))
        return HttpResponse(status=303, headers={"Location": shop.pay_url(order)})
