"""The calls of the Crypto Pay API that we use, and what its refusals mean.

https://help.crypt.bot/crypto-pay-api names no list of errors: the names below are what integrators saw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.http import Client
from payments.errors import InvoiceRefused, Refusal

API_URL = "https://pay.crypt.bot/api"
SERVICE = "Crypto Pay"
LOCKED = 423  # the app is suspended
TOO_MANY_REQUESTS = 429

ERROR_NAME = re.compile(r"[A-Z][A-Z_]{1,63}")
OUR_FAULT = frozenset({"UNAUTHORIZED", "METHOD_NOT_FOUND", "METHOD_DISABLED"})
# What they say -> what it means for the customer; the first match decides.
REFUSALS: tuple[tuple[re.Pattern[str], Refusal], ...] = (
    (re.compile(r"AMOUNT"), Refusal.AMOUNT_OUT_OF_RANGE),
    (re.compile(r"TOO_MANY|FLOOD|RATE_LIMIT"), Refusal.TOO_SOON),
)


class CryptoPayClient:
    """HTTP calls in, the `result` of the answer out; every refusal is an exception."""

    def __init__(self, *, base_url: str, token: str) -> None:
        self._http = Client(
            service=SERVICE,
            base_url=(base_url or API_URL).rstrip("/").removesuffix("/api") + "/api",
            headers={"Crypto-Pay-API-Token": token},
        )

    def create_invoice(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Open an invoice.

        Raises InvoiceRefused, ServiceRefused (our token or our app is the problem) or ServiceUnreachable: the
        invoice may or may not have been opened.
        """
        try:
            return self._object("POST", "createInvoice", body=dict(fields))
        except IntegrationError as error:
            refusal = _refusal(error)
            if refusal is None:
                raise
        raise refusal

    def invoice(self, invoice_id: str) -> dict[str, Any]:
        """One invoice. Expired ones are listed too, deleted ones are not."""
        found = self._items({"invoice_ids": invoice_id})
        if not found:
            raise ServiceRefused("Crypto Pay has no such invoice", service=SERVICE)
        if len(found) > 1 or not isinstance(found[0], dict):
            raise _undocumented()
        return found[0]

    def paid_invoices(self, *, offset: int, count: int) -> list[Any]:
        return self._items({"status": "paid", "offset": str(offset), "count": str(count)})

    def transfer(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Send coins to a Telegram user. `spend_id` is taken once; a second call with it is refused."""
        return self._object("POST", "transfer", body=dict(fields))

    def transfers(self, *, spend_id: str) -> list[Any]:
        return self._rows("getTransfers", {"spend_id": spend_id})

    def app(self) -> dict[str, Any]:
        return self._object("GET", "getMe")

    def _items(self, params: Mapping[str, str]) -> list[Any]:
        return self._rows("getInvoices", params)

    def _rows(self, method: str, params: Mapping[str, str]) -> list[Any]:
        items = self._object("GET", method, params=params).get("items")
        if not isinstance(items, list):
            raise _undocumented()
        return items

    def _object(self, verb: str, method: str, **content: Any) -> dict[str, Any]:
        """The `result` of a call. `ok` decides, whatever the HTTP status is."""
        try:
            data = self._http.request(verb, method, **content).data
        except ServiceRefused as error:
            raise _refused(error.payload, error.status) from None
        if isinstance(data, dict) and data.get("ok") is False:
            raise _refused(data, None)
        if not isinstance(data, dict) or data.get("ok") is not True:
            raise _undocumented()
        if not isinstance(data.get("result"), dict):
            raise _undocumented()
        result: dict[str, Any] = data["result"]
        return result


def _refused(payload: Any, status: int | None) -> ServiceRefused:
    return ServiceRefused(
        f"Crypto Pay refused: {error_name(payload) or status or 'no reason given'}",
        service=SERVICE,
        status=status,
        payload=payload,
    )


def error_name(payload: Any) -> str:
    """Their name of an error. Any other text is not repeated: it may quote what we sent."""
    error = payload.get("error") if isinstance(payload, dict) else None
    name = error.get("name") if isinstance(error, dict) else None
    return name if isinstance(name, str) and ERROR_NAME.fullmatch(name) else ""


def _refusal(error: IntegrationError) -> InvoiceRefused | None:
    """What a failed create means for the customer; None where it is no answer, or our own mistake."""
    name = error_name(error.payload)
    if error.status == TOO_MANY_REQUESTS:
        return InvoiceRefused(Refusal.TOO_SOON, name)
    if not isinstance(error, ServiceRefused):
        return None
    if error.status in (401, 403, LOCKED) or name in OUR_FAULT:
        return None
    for pattern, reason in REFUSALS:
        if pattern.search(name):
            return InvoiceRefused(reason, name)
    return InvoiceRefused(Refusal.OTHER, name)


def _undocumented() -> ServiceUnreachable:
    return ServiceUnreachable("Crypto Pay answered with something undocumented", service=SERVICE)
