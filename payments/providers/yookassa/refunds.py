"""Giving money back through YooKassa: https://yookassa.ru/developers/payment-acceptance/after-the-payment/refunds"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from integrations.errors import ServiceRefused
from integrations.foreign import Unreadable
from payments.abilities import RefundRequest, RefundResult, RefundState
from payments.provider import EventKind, ProviderEvent, Trust
from payments.providers.yookassa import objects
from payments.providers.yookassa.client import NOT_FOUND, YookassaClient, undocumented
from payments.providers.yookassa.receipt import ReceiptSettings

log = structlog.get_logger(__name__)

STATES: dict[str, RefundState] = {
    "succeeded": RefundState.SUCCEEDED,
    "pending": RefundState.PENDING,
    "canceled": RefundState.FAILED,  # final: the money stays, a new refund is needed
}
# `cancellation_details.reason`; anything else is shown as it came.
REASONS: dict[str, str] = {
    "yoo_money_account_closed": "кошелёк ЮMoney закрыт",
    "insufficient_funds": "на счёте магазина не хватает денег",
    "general_decline": "причина не названа",
    "rejected_by_payee": "получатель отказался от денег",
    "rejected_by_timeout": "получатель не принял деньги вовремя",
    "payment_expired": "платёж слишком старый для возврата",
}


def body(request: RefundRequest, receipts: ReceiptSettings) -> dict[str, Any]:
    """The same request always makes the same body: their key refuses another one."""
    amount = {"value": f"{request.money.amount:.2f}", "currency": request.money.currency}
    return {
        "payment_id": request.external_id,
        "amount": amount,
        "description": f"Возврат {request.reference}",
        "metadata": {objects.REFUND_KEY: request.reference},
    } | receipts.receipt(request, amount)


def find(client: YookassaClient, request: RefundRequest) -> RefundResult | None:
    """By its own id where that is known, else among the refunds of the payment."""
    if request.refund_id:
        try:
            return told(client.refund(request.refund_id), request)
        except ServiceRefused as error:
            if error.status != NOT_FOUND:
                raise
            return None
    for row in client.refunds(request.external_id):
        refund = row if isinstance(row, dict) else {}
        named = objects.inner(refund, "metadata").get(objects.REFUND_KEY)
        if request.reference in (named, str(refund.get("description", "")).rpartition(" ")[2]):
            return told(refund, request)
    return None


def of_payment(client: YookassaClient, payment_id: str) -> list[ProviderEvent]:
    """Every refund of a payment that has succeeded."""
    try:
        known = [
            objects.refund_event(row if isinstance(row, dict) else {}, trust=Trust.SIGNED)
            for row in client.refunds(payment_id)
        ]
    except Unreadable as error:
        raise undocumented(str(error)) from None
    return [
        one for one in known if one.kind is EventKind.REFUNDED and one.external_id == payment_id
    ]


def told(refund: Mapping[str, Any], request: RefundRequest) -> RefundResult:
    """What a refund object says about the refund that was asked for."""
    try:
        event = objects.refund_event(refund, trust=Trust.SIGNED)
        state = STATES.get(objects.word(refund, "status"))
        details = objects.inner(refund, "cancellation_details")
        reason = objects.word(details, "reason", optional=True)
    except Unreadable as error:
        raise undocumented(str(error)) from None
    if event.external_id != request.external_id or event.money != request.money:
        raise undocumented("payment_id and amount: it speaks of another refund")
    if state is None:
        log.warning("yookassa.refund_status", status=event.raw.get("status"))
        state = RefundState.PENDING
    succeeded = state is RefundState.SUCCEEDED and event.kind is EventKind.REFUNDED
    return RefundResult(
        state=state,
        external_id=event.operation,
        reason=REASONS.get(reason, reason),
        event=replace(event, reference=request.payment_reference) if succeeded else None,
    )
