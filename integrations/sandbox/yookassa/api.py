"""YooKassa's HTTP API under `/yookassa/`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest
from integrations.sandbox.yookassa import wire
from integrations.sandbox.yookassa.payer import news, refund_news
from integrations.sandbox.yookassa.simulator import Yookassa
from integrations.sandbox.yookassa.state import HELD, PENDING, SUCCEEDED, Payment
from integrations.sandbox.yookassa.wire import Document, Refused

Answer = Callable[[Yookassa, Document], Document]
FAULT_CODES = {401: "invalid_credentials", 403: "forbidden", 404: "not_found"}


def reply(document: Document, status: int = 200) -> HttpResponse:
    return HttpResponse(wire.text(document), status=status, content_type="application/json")


def _fault(fault: Fault) -> HttpResponse:
    code = "too_many_requests" if fault.status == 429 else "internal_server_error"
    code = str(fault.detail.get("code") or FAULT_CODES.get(fault.status, code))
    words = str(fault.detail.get("description") or "Planned in the sandbox")
    return reply(wire.error_object(code, words), fault.status)


def _serve(request: SandboxRequest, operation: str, answer: Answer) -> HttpResponse:
    """The common conversation: Basic header, body, refusals."""
    shop = request.sandbox.get(Yookassa)

    def converse() -> HttpResponse:
        header = request.headers.get("Authorization", "")
        try:
            if not wire.authorised(header, shop_id=shop.shop_id, key=shop.key):
                raise Refused(401, "invalid_credentials", "Basic authentication failed")
            document = _body(request)
            with shop.hub.lock:
                shop.tidy()
                return reply(answer(shop, document))
        except Refused as refused:
            error = wire.error_object(refused.code, str(refused), refused.parameter)
            return reply(error, refused.status)

    return exchange(request, service=shop.slug, operation=operation, answer=converse, refuse=_fault)


def _body(request: SandboxRequest) -> Document:
    try:
        document = json.loads(request.body or b"{}")
    except ValueError:
        raise Refused(400, "invalid_request", "The body is not JSON") from None
    if not isinstance(document, dict):
        raise Refused(400, "invalid_request", "The body is not an object")
    return document


def _payment(shop: Yookassa, payment_id: str) -> Payment:
    payment = shop.state.payments.get(payment_id)
    if payment is None:
        raise Refused(404, "not_found", f"Payment {payment_id} not found")
    return payment


def _keyed(request: SandboxRequest, shop: Yookassa, make: Callable[[], str]) -> str:
    """The id of what the request makes, or made when it came before under the same key."""
    key = request.headers.get("Idempotence-Key", "")
    made = shop.once(key, request.body)
    if not made:
        made = make()
        shop.remember(key, request.body, made)
    return made


def payments(request: SandboxRequest) -> HttpResponse:
    if request.method == "POST":

        def create(shop: Yookassa, document: Document) -> Document:
            made = _keyed(request, shop, lambda: _made(shop, document))
            return shop.object_of(shop.state.payments[made])

        # A charge has a name of its own, so that a fault can be planned for it alone.
        operation = "charge" if b'"payment_method_id"' in request.body else "create"
        return _serve(request, operation, create)
    return _serve(request, "list", lambda shop, _: _listed(request, shop))


def _made(shop: Yookassa, document: Document) -> str:
    payment = shop.create(document)
    if payment.charged_from and payment.status != PENDING:
        shop.launch(payment, news(shop, payment))
    return payment.id


def _listed(request: SandboxRequest, shop: Yookassa) -> Document:
    """Newest first; the cursor is the id of the first payment of the next page."""
    query = request.GET
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else 10
    if not 1 <= limit <= 100:
        raise Refused(400, "invalid_request", "From 1 to 100", "limit")
    found = [
        one
        for one in reversed(list(shop.state.payments.values()))
        if query.get("status", one.status) == one.status and _in_time(query, one)
    ]
    if cursor := query.get("cursor"):
        ids = [one.id for one in found]
        if cursor not in ids:
            raise Refused(400, "invalid_request", "Unknown cursor", "cursor")
        found = found[ids.index(cursor) :]
    page: Document = {"type": "list", "items": [shop.object_of(one) for one in found[:limit]]}
    return page | ({"next_cursor": found[limit].id} if len(found) > limit else {})


def _in_time(query: Any, payment: Payment) -> bool:
    since, until = query.get("created_at.gte"), query.get("created_at.lt")
    try:
        begun = not since or payment.created >= datetime.fromisoformat(since)
        return begun and (not until or payment.created < datetime.fromisoformat(until))
    except ValueError:
        raise Refused(400, "invalid_request", "Not a date", "created_at.gte") from None


def payment(request: SandboxRequest, payment_id: str) -> HttpResponse:
    return _serve(request, "payment", lambda shop, _: shop.object_of(_payment(shop, payment_id)))


def capture(request: SandboxRequest, payment_id: str) -> HttpResponse:
    def answer(shop: Yookassa, document: Document) -> Document:
        found = _payment(shop, payment_id)

        def take() -> str:
            asked = shop.sum_of(document)[0] if document.get("amount") else found.amount
            shop.capture(found, asked)
            shop.launch(found, news(shop, found))
            return found.id

        _keyed(request, shop, take)
        return shop.object_of(found)

    return _serve(request, "capture", answer)


def cancel(request: SandboxRequest, payment_id: str) -> HttpResponse:
    def answer(shop: Yookassa, document: Document) -> Document:
        found = _payment(shop, payment_id)

        def give_up() -> str:
            if found.status != HELD:
                raise Refused(
                    400, "invalid_request", "Payment cannot be cancelled in current status"
                )
            shop.cancel(found, party="merchant", reason="canceled_by_merchant")
            shop.launch(found, news(shop, found))
            return found.id

        _keyed(request, shop, give_up)
        return shop.object_of(found)

    return _serve(request, "cancel", answer)


def refunds(request: SandboxRequest) -> HttpResponse:
    def answer(shop: Yookassa, document: Document) -> Document:
        if request.method != "POST":
            wanted = request.GET.get("payment_id")
            found = [one for one in shop.state.refunds.values() if wanted in (None, one.payment_id)]
            return {"type": "list", "items": [wire.refund_object(one) for one in found]}

        def give_back() -> str:
            paid = _payment(shop, str(document.get("payment_id")))
            made = shop.order_refund(document, paid)
            if made.status == SUCCEEDED:
                shop.launch(paid, refund_news(shop, paid, made))
            return made.id

        return wire.refund_object(shop.state.refunds[_keyed(request, shop, give_back)])

    return _serve(request, "refunds", answer)


def refund(request: SandboxRequest, refund_id: str) -> HttpResponse:
    def answer(shop: Yookassa, document: Document) -> Document:
        found = shop.state.refunds.get(refund_id)
        if found is None:
            raise Refused(404, "not_found", f"Refund {refund_id} not found")
        return wire.refund_object(found)

    return _serve(request, "refund", answer)


def me(request: SandboxRequest) -> HttpResponse:
    return _serve(
        request,
        "me",
        lambda shop, _: {"account_id": shop.shop_id, "status": "enabled", "test": True},
    )


def unknown(request: SandboxRequest, rest: str) -> HttpResponse:
    def nothing(shop: Yookassa, document: Document) -> Document:
        raise Refused(404, "not_found", f"No such method: {rest}")

    return _serve(request, "unknown", nothing)
