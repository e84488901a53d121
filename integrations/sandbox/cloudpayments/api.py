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

from integrations.sandbox.cloudpayments import cabinet, recurring, tokens
from integrations.sandbox.cloudpayments.delivery import tell
from integrations.sandbox.cloudpayments.simulator import CloudPayments
from integrations.sandbox.cloudpayments.site import Refused, Site
from integrations.sandbox.cloudpayments.state import (
    AUTHORIZED,
    CANCELLED,
    COMPLETED,
    Operation,
    Order,
)
from integrations.sandbox.cloudpayments.wire import written
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.exchange import exchange
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import SandboxRequest

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
        if request.method != "POST" or path not in {*CALLS, *ASKING}:
            return HttpResponse(status=404)
        if not _authorised(request, site):
            return HttpResponse(status=401)
        try:
            document = json.loads(request.body or b"{}", parse_float=Decimal)
        except ValueError:
            return _reply(success=False, message="Invalid JSON")
        request_id = request.headers.get("X-Request-ID", "")
        try:
            if path in ASKING:  # asks the shop itself, so it may not hold the lock meanwhile
                return ASKING[path](site, document, request_id)
            with site.hub.lock:
                return CALLS[path](site, document, request_id)
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


def _day(site: Site, document: Document, request_id: str) -> HttpResponse:
    """The older list: the operations of one day of UTC."""
    day = str(document.get("Date"))
    pairs = [(order, one) for order in site.state.orders.values() for one in order.operations]
    found = [site.model(*pair) for pair in pairs if pair[1].created.date().isoformat() == day]
    return _reply(found)


def _confirm(site: Site, document: Document, request_id: str) -> HttpResponse:
    order, one = _held(site, document)
    amount = Decimal(document.get("Amount") or 0)
    if not 0 < amount <= one.amount:
        raise Refused("Amount is wrong")
    one.amount, one.status = amount, COMPLETED
    site.note(order, f"списано подтверждением, операция {one.id}")
    _tell(site, order, one, "confirm", "Confirm: списано")
    return _reply()


def _void(site: Site, document: Document, request_id: str) -> HttpResponse:
    order, one = _held(site, document)
    one.status = CANCELLED
    site.note(order, f"заморозка снята, операция {one.id}")
    _tell(site, order, one, "cancel", "Cancel: отменён")
    return _reply()


def _held(site: Site, document: Document) -> tuple[Order, Operation]:
    order, one = site.operation(document.get("TransactionId"))
    if one.status != AUTHORIZED:
        raise Refused("The operation cannot be confirmed or voided")
    return order, one


def _charge(site: Site, document: Document, request_id: str) -> HttpResponse:
    order, one = tokens.charge(site, document, request_id)
    with site.hub.lock:
        return _reply(site.model(order, one), success=one.status == COMPLETED)


def _subscribe(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _reply(recurring.model(recurring.create(site, document, request_id=request_id)))


def _subscription(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _reply(recurring.model(recurring.named(site, document)))


def _subscriptions(site: Site, document: Document, request_id: str) -> HttpResponse:
    mine = recurring.of_account(site, str(document.get("accountId")))
    return _reply([recurring.model(one) for one in mine])


def _update(site: Site, document: Document, request_id: str) -> HttpResponse:
    return _reply(recurring.model(recurring.update(site, document)))


def _unsubscribe(site: Site, document: Document, request_id: str) -> HttpResponse:
    recurring.cancel(site, recurring.named(site, document))
    return _reply()


def _refund(site: Site, document: Document, request_id: str) -> HttpResponse:
    one, fresh = site.order_refund(document, request_id=request_id)
    if fresh:
        _tell(site, site.operation(one.id)[0], one, "refund", "Refund: возврат")
    return _reply({"TransactionId": one.id})


def _setting(name: str) -> Callable[[Site, Document, str], HttpResponse]:
    return lambda site, document, request_id: _reply(cabinet.setting(site, name))


def _tell(site: Site, order: Order, one: Operation, kind: str, label: str) -> None:
    def send() -> None:
        tell(site, order, one, kind, label)

    site.hub.spawn(send, f"sandbox-cloudpayments-{kind}")


CALLS: dict[str, Callable[[Site, Document, str], HttpResponse]] = {
    "test": _test,
    "orders/create": _create,
    "orders/cancel": _cancel_order,
    "payments/get": _get,
    "payments/find": _find,
    "v2/payments/find": _find_v2,
    "payments/list": _day,
    "v2/payments/list": _listing,
    "payments/confirm": _confirm,
    "payments/void": _void,
    "payments/refund": _refund,
    "subscriptions/create": _subscribe,
    "subscriptions/get": _subscription,
    "subscriptions/find": _subscriptions,
    "subscriptions/update": _update,
    "subscriptions/cancel": _unsubscribe,
    **{f"site/notifications/{name}/get": _setting(name) for name in cabinet.TYPES},
}
ASKING: dict[str, Callable[[Site, Document, str], HttpResponse]] = {
    "payments/tokens/charge": _charge,
}
