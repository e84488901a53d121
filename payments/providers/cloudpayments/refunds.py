"""Giving money back through CloudPayments: https://developers.cloudpayments.ru/#vozvrat-deneg

Their answer names the refund's TransactionId, which the Refund notification and the list repeat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.errors import ServiceUnreachable
from integrations.foreign import Unreadable
from payments.abilities import RefundRequest, RefundResult, RefundState
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.providers.cloudpayments import bodies, operations
from payments.providers.cloudpayments.client import SERVICE, CloudPaymentsClient

KEY = "refund_id"  # our reference, in the JsonData of the refunds we ask for: operations.REFUND_KEY


def body(request: RefundRequest) -> dict[str, Any]:
    return {
        "TransactionId": int(request.operation),
        "Amount": request.money.amount,
        "JsonData": json.dumps({KEY: request.reference}, separators=(",", ":")),
    }


def made(model: Mapping[str, Any], request: RefundRequest) -> RefundResult:
    """The answer to a refund: done, with nothing but a number."""
    number = bodies.texts(model).get("TransactionId", "")
    if not operations.NUMBER.fullmatch(number):
        raise ServiceUnreachable(f"{SERVICE}'s answer has no readable number", service=SERVICE)
    return succeeded(number, request)


def find(client: CloudPaymentsClient, request: RefundRequest) -> RefundResult | None:
    """The refund among the operations of the order since we first asked.

    JsonData names it. Where they have not kept that, a refund of the order in this sum that is none of the others is
    taken for it: better once too few than money given back twice.
    """
    likely: str = ""
    for row in client.payments(since=request.asked_since):
        try:
            said = bodies.texts(row)
            told = operations.told(said)
        except Unreadable:
            continue
        if told.kind is not EventKind.REFUNDED or told.reference != request.payment_reference:
            continue
        named = operations.refund_reference(said, "JsonData")
        if (
            request.operation
            and said.get("PaymentTransactionId", request.operation) != request.operation
        ):
            continue
        if named == request.reference:
            return succeeded(told.operation, request)
        if not named and told.money == request.money and told.operation not in request.others:
            likely = likely or told.operation
    return succeeded(likely, request) if likely else None


def of_order(
    client: CloudPaymentsClient, reference: str, *, since: datetime
) -> list[ProviderEvent]:
    """Every refund of an order among the operations since then."""
    found = []
    for row in client.payments(since=since):
        try:
            told = operations.told(bodies.texts(row))
        except Unreadable:
            continue
        if told.kind is EventKind.REFUNDED and told.reference == reference:
            found.append(told)
    return found


def succeeded(number: str, request: RefundRequest) -> RefundResult:
    return RefundResult(
        state=RefundState.SUCCEEDED,
        external_id=number,
        event=ProviderEvent(
            kind=EventKind.REFUNDED,
            trust=Trust.SIGNED,
            event_id=f"{number}:{operations.REFUNDED}",
            reference=request.payment_reference,
            external_id=request.payment_reference,
            money=Money(Decimal(request.money.amount), request.money.currency),
            operation=number,
            charge=request.operation,
            refund=request.reference,
            raw={"status": operations.REFUNDED, "TransactionId": number},
        ),
    )
