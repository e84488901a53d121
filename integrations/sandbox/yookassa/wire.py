"""YooKassa's objects, errors and Basic header, written from the wire notes alone (no code of the product)."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from integrations.sandbox.yookassa.state import HELD, PENDING, SUCCEEDED, Payment, Refund

Document = dict[str, Any]


class Refused(Exception):
    """The service says no: HTTP status and the fields of its error object."""

    def __init__(self, status: int, code: str, description: str, parameter: str = "") -> None:
        super().__init__(description)
        self.status = status
        self.code = code
        self.parameter = parameter


def text(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def moment(value: datetime) -> str:
    return (
        value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    )


def money(amount: Decimal, currency: str) -> Document:
    return {"value": f"{amount:.2f}", "currency": currency}


def error_object(code: str, description: str, parameter: str = "") -> Document:
    document = {"type": "error", "id": str(uuid4()), "code": code, "description": description}
    return document | ({"parameter": parameter} if parameter else {})


def basic(shop_id: str, key: str) -> str:
    return base64.b64encode(f"{shop_id}:{key}".encode()).decode()


def authorised(header: str, *, shop_id: str, key: str) -> bool:
    scheme, _, given = header.partition(" ")
    wanted = basic(shop_id, key)
    return scheme.lower() == "basic" and hmac.compare_digest(given.encode(), wanted.encode())


def payment_object(payment: Payment, *, shop_id: str, base_url: str) -> Document:
    document: Document = {
        "id": payment.id,
        "status": payment.status,
        "amount": money(payment.amount, payment.currency),
        "description": payment.description,
        "recipient": {"account_id": shop_id, "gateway_id": "100700"},
        "created_at": moment(payment.created),
        "test": True,
        "paid": payment.status in (HELD, SUCCEEDED),
        "refundable": payment.status == SUCCEEDED and payment.refunded < payment.amount,
        "metadata": payment.metadata,
    }
    if payment.status == PENDING and not payment.charged_from:
        url = f"{base_url}/yookassa/pay/{payment.id}"
        document["confirmation"] = {"type": "redirect", "confirmation_url": url}
    else:
        document["payment_method"] = _method(payment)
    if payment.captured is not None:
        document["captured_at"] = moment(payment.captured)
        document["income_amount"] = money(payment.amount * Decimal("0.965"), payment.currency)
        document["refunded_amount"] = money(payment.refunded, payment.currency)
    if payment.reason:
        document["cancellation_details"] = {"party": payment.party, "reason": payment.reason}
    return document


def _method(payment: Payment) -> Document:
    shown: Document = {
        "type": payment.method,
        "id": payment.charged_from or payment.id,
        "saved": bool(payment.charged_from) or payment.saves,
        "status": "active",
    }
    if payment.method == "bank_card":
        card = {"first6": "555555", "last4": "4444", "expiry_month": "12", "expiry_year": "2030"}
        return shown | {"title": "Bank card *4444", "card": card}
    return shown | {"title": "СБП", "sbp_operation_id": "1027088AE4CB48CB81287833347A8777"}


def refund_object(refund: Refund) -> Document:
    document: Document = {
        "id": refund.id,
        "payment_id": refund.payment_id,
        "status": refund.status,
        "created_at": moment(refund.created),
        "amount": money(refund.amount, refund.currency),
        "description": refund.description,
    }
    if refund.metadata:
        document["metadata"] = refund.metadata
    if refund.reason:
        document["cancellation_details"] = {"party": "refund_network", "reason": refund.reason}
    return document


def notification(event: str, subject: Document) -> str:
    return text({"type": "notification", "event": event, "object": subject})
