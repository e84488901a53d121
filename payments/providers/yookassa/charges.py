"""Charging a saved way of paying without the payer.

https://yookassa.ru/developers/payment-acceptance/scenario-extensions/recurring-payments
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.errors import ServiceRefused
from integrations.foreign import Unreadable
from payments.abilities import ChargeRequest
from payments.errors import MethodRevoked
from payments.provider import EventKind, ProviderEvent, Trust
from payments.providers.yookassa import objects
from payments.providers.yookassa.answers import payment_told
from payments.providers.yookassa.client import YookassaClient, undocumented
from payments.providers.yookassa.receipt import ReceiptSettings

WINDOW = timedelta(days=1)  # of their list in which an ordered charge is looked for
METHOD_FIELD = "payment_method_id"


class Charging:
    """ChargesSavedMethods for YooKassa's adapter."""

    _client: YookassaClient
    _receipts: ReceiptSettings

    def charge(self, request: ChargeRequest) -> ProviderEvent:
        try:
            payment = self._client.command("payments", self._charge(request), key=request.reference)
        except ServiceRefused as error:
            if _parameter(error) == METHOD_FIELD:  # not saved, or not found any more
                raise MethodRevoked("YooKassa knows no such saved method") from None
            raise
        told = _final(payment_told(payment))
        if told.reference != request.reference:
            raise undocumented("metadata.order_id")
        if told.method_revoked:
            raise MethodRevoked(told.reason)
        return told

    def find_charge(self, request: ChargeRequest, *, since: datetime) -> ProviderEvent | None:
        """By our order number in their list: there is no search by it, and a key is remembered for a day only."""
        span = {
            "created_at.gte": _wire(since - timedelta(minutes=5)),
            "created_at.lt": _wire(since + WINDOW),
        }
        found = None
        for row in self._client.payments(span):
            try:
                payment = row if isinstance(row, dict) else {}
                if objects.reference(payment) != request.reference:
                    continue
                told = objects.payment_event(payment, trust=Trust.SIGNED)
            except Unreadable:
                continue  # a row that is not readable is none of ours: ours were written by this very code
            if told.kind is EventKind.PAID:
                return told
            found = found or _final(told)
        return found

    def _charge(self, request: ChargeRequest) -> dict[str, Any]:
        wire = {"value": f"{request.money.amount:.2f}", "currency": request.money.currency}
        return {
            "amount": wire,
            "capture": True,
            METHOD_FIELD: request.token,
            "description": request.description[:128],
            "metadata": {"order_id": request.reference},
        } | self._receipts.receipt(request, wire)


def _final(told: ProviderEvent) -> ProviderEvent:
    """Without a payer there is nobody to give up: whatever ended a charge, it failed."""
    return replace(told, kind=EventKind.FAILED) if told.kind is EventKind.CANCELED else told


def _parameter(error: ServiceRefused) -> str:
    payload = error.payload if isinstance(error.payload, dict) else {}
    return str(payload.get("parameter") or "")


def _wire(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
