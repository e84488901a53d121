"""Charging a card's token without the payer: https://developers.cloudpayments.ru/#oplata-po-tokenu-rekarring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from payments.abilities import ChargeRequest
from payments.errors import MethodRevoked
from payments.provider import EventKind, ProviderEvent
from payments.providers.cloudpayments import attempts, bodies, operations
from payments.providers.cloudpayments.client import CloudPaymentsClient
from payments.providers.cloudpayments.reading import operation_told, unreadable

BY_THE_SHOP = 0  # TrInitiatorCode: mandatory since December 2023
ON_SCHEDULE = 1  # PaymentScheduled


class Charging:
    """ChargesSavedMethods for CloudPayments' adapter."""

    _client: CloudPaymentsClient

    def charge(self, request: ChargeRequest) -> ProviderEvent:
        body: dict[str, Any] = {
            "Amount": request.money.amount,
            "Currency": request.money.currency,
            "AccountId": str(request.payer_id),
            "TrInitiatorCode": BY_THE_SHOP,
            "PaymentScheduled": ON_SCHEDULE,
            "Token": request.token,
            "InvoiceId": request.reference,
            "Description": request.description,
        }
        if request.email:
            body["Email"] = request.email
        told = self._outcome(self._client.charge(body, request_id=request.reference), request)
        if told.method_revoked:
            raise MethodRevoked(told.reason)
        return told

    def find_charge(self, request: ChargeRequest, *, since: datetime) -> ProviderEvent | None:
        model = self._client.find(request.reference)
        if model is None:
            return None
        told = self._outcome(model, request)
        return attempts.paid_before(self._client, model, told) or told

    def _outcome(self, model: Mapping[str, Any], request: ChargeRequest) -> ProviderEvent:
        """A decline is final here: nobody sits before the form to try another card.

        It has an event id of its own. The same decline, told by a Fail, is only one attempt of many.
        """
        said = bodies.texts(model)
        asks_payer = "AcsUrl" in said and "Status" not in said
        told = operation_told({**model, "Status": "Declined"} if asks_payer else model)
        if told.reference != request.reference and not asks_payer:
            raise unreadable("InvoiceId")
        if asks_payer:
            return replace(
                _declined(told), reference=request.reference, reason="3-D Secure is asked for"
            )
        if told.raw["status"] != "Declined":
            return told
        return replace(
            _declined(told), method_revoked=said.get("ReasonCode") in operations.REVOKING
        )


def _declined(told: ProviderEvent) -> ProviderEvent:
    return replace(told, kind=EventKind.FAILED, event_id=f"{told.event_id}:charge")
