"""CloudPayments' HTTP API under `/cloudpayments/`: POST only, an envelope around everything."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import HttpResponse

from integrations.sandbox.cloudpayments import payer
from integrations.sandbox.cloudpayments.simulator import CloudPayments
from integrations.sandbox.cloudpayments.site import Refused, Site
from integrations.sandbox.cloudpayments.state import Operation, Order
from integrations.sandbox.cloudpayments.wire import written
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest
from integrations.sandbox.core.provider import How

PAGE = 100
Document = dict[str, Any]


def _reply(model: Any = None, *, success: bool = True, message: str | None = None) -> HttpResponse:
    envelope = {"Model": model, "Success": success, "Message": message}
    return HttpResponse(written(envelope), content_type="application/json; charset=utf-8")


def _fault(fault: Fault) -> HttpResponse:
    return HttpResponse(str(fault.detail.get("error") or ""), status=fault.status)


def call(request: SandboxRequest, path: str) -> HttpResponse:
    """Any call: credentials, body, then what its path says."""
    site = request.sandbox.get(CloudPayments)

    def converse() -> HttpResponse:
        if request.method != "POST" or path not in CALLS:
            return HttpResponse(status=404)
        if not _authorised(request, site):
            return HttpResponse(status=401)
        try:
            document = json.loads(request.body or b"{}", parse_float=Decimal)
        except ValueError:
            return _reply(success=False, message="Invalid JSON")
        with site.hub.lock:
            try:
                return CALLS[path](site, document, request.headers.get("X-Request-ID", ""))
            except (Refused, ControlError) as refused:
                return _reply(success=False, message=str(refused))

    return exchange(request, service=site.slug, operation=path, answer=converse, refuse=_fault)


def _authorised(request: SandboxRequest, site: Site) -> bool:
    pair = f"{site.public_id}:{site.secret}".encode()
    wanted = b"Basic " + base64.b64encode(pair)
    return hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted)


def _test(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _reply(message=str(uuid4()))


def _create(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _reply(site.order_model(site.create(document, request_id=request_id)))


def _cancel_order(site: Site, document: Document, request_id: str) -> HttpResponse:
    order = site.state.orders.get(str(document.get("Id")))
    if order is None:
        raise Refused("Not found")
    order.canceled = True
    site.note(order, "ссылка отменена магазином")
    return _reply()


def _find(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _latest(site, document, refunds=False)


def _find_v2(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _latest(site, document, refunds=True)


def _latest(site: Site, document: Document, *, refunds: bool) -> HttpResponse:
    order = site.by_invoice(str(document.get("InvoiceId") or ""))
    found = [] if order is None else order.operations if refunds else order.payments
    if order is None or not found:
        raise Refused("Not found")
    return _reply(site.model(order, found[-1]), success=found[-1].status != "Declined")


def _get(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _reply(site.model(*site.operation(document.get("TransactionId"))))


def _listing(site: Site, document: Document, request_id: str) -> HttpResponse:
    try:
        start, end = (
            datetime.fromisoformat(str(document.get(name)))
            for name in ("CreatedDateGte", "CreatedDateLte")
        )
        page = int(document.get("PageNumber", 1))
    except ValueError:
        raise Refused("CreatedDateGte, CreatedDateLte and PageNumber are required") from None
    pairs = [(order, one) for order in site.state.orders.values() for one in order.operations]
    found = [site.model(*pair) for pair in pairs if start <= pair[1].created <= end]
    return _reply(found[(page - 1) * PAGE : page * PAGE])


def _confirm(site: Site, document: Document, request_id: str) -> HttpResponse:
    order, _one = site.operation(document.get("TransactionId"))
    site.perform(order, "confirm", How())
    return _reply()


def _void(site: Site, document: Document, request_id: str) -> HttpResponse:
    order, _one = site.operation(document.get("TransactionId"))
    site.perform(order, "void", How())
    return _reply()


def _refund(site: Site, document: Document, request_id: str) -> HttpResponse:
    one, fresh = site.order_refund(document, request_id=request_id)
    if fresh:
        _tell_refund(site, site.operation(one.id)[0], one)
    return _reply({"TransactionId": one.id})


def _tell_refund(site: Site, order: Order, one: Operation) -> None:
    def tell() -> None:
        payer.tell(site, order, one, "refund", "Refund: возврат")

    site.hub.spawn(tell, "sandbox-cloudpayments-refund")


CALLS: dict[str, Callable[[Site, Document, str], HttpResponse]] = {
    "test": _test,
    "orders/create": _create,
    "orders/cancel": _cancel_order,
    "payments/get": _get,
    "payments/find": _find,
    "v2/payments/find": _find_v2,
    "v2/payments/list": _listing,
    "payments/confirm": _confirm,
    "payments/void": _void,
    "payments/refund": _refund,
}
