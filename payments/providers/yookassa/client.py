"""The calls of YooKassa's API that we use, and what its refusals mean: https://yookassa.ru/developers/api"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Never
from urllib.parse import quote

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.http import Answer, Client
from payments.errors import InvoiceRefused, Refusal

API_URL = "https://api.yookassa.ru/v3"
SERVICE = "YooKassa"
DEADLINE = 20.0  # seconds; a payment is answered after their own talk with the bank
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
TOO_MANY_REQUESTS = 429
PAGE = "100"  # the most one page of a list holds
MOST_PAGES = 1000
REPEATED_KEY = "idempotence key"  # it came before, with another body
LONGEST_REASON = 200  # characters of their text that we keep


class YookassaClient:
    """HTTP calls in, plain dictionaries out; every refusal is an exception."""

    def __init__(self, *, base_url: str, shop_id: str, secret: str) -> None:
        # The header repeats the key; neither is to come back in a message.
        header = base64.b64encode(f"{shop_id}:{secret}".encode()).decode()
        self._secrets = (secret, header) if secret else ()
        self._http = Client(
            service=SERVICE,
            base_url=base_url or API_URL,
            auth=(shop_id, secret),
            deadline=DEADLINE,
        )

    def create_payment(self, payment: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Open a payment. `key` makes a repetition within 24 hours give the same payment.

        Raises InvoiceRefused, ServiceRefused (our credentials are wrong) or ServiceUnreachable:
        the payment may or may not have been opened.
        """
        try:
            answer = self._http.post(
                "payments", body=dict(payment), headers={"Idempotence-Key": key}
            )
        except IntegrationError as error:
            self._refuse_payment(error)
        return _object(answer)

    def command(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """A call that moves money without the payer. `key` makes a repetition within 24 hours harmless.

        Raises ServiceRefused with their answer in `payload` (surely not executed) or ServiceUnreachable.
        """
        try:
            answer = self._http.post(path, body=dict(body), headers={"Idempotence-Key": key})
        except ServiceRefused as error:
            said = self._said(error.payload)
            if REPEATED_KEY in said.lower():  # what the first call came to is not said
                raise ServiceUnreachable(f"YooKassa: {said}", service=SERVICE) from None
            raise ServiceRefused(
                f"YooKassa refuses: {said or error.status}",
                service=SERVICE,
                status=error.status,
                payload=error.payload,
            ) from None
        return _object(answer)

    def payment(self, payment_id: str) -> dict[str, Any]:
        return self._get(f"payments/{quote(payment_id, safe='')}")

    def create_refund(self, refund: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Give money back. `key` makes a repetition within 24 hours give the same refund.

        Raises ServiceRefused: nothing was given back; ServiceUnreachable: it may or may not have been.
        """
        try:
            return _object(
                self._http.post("refunds", body=dict(refund), headers={"Idempotence-Key": key})
            )
        except ServiceRefused as error:
            said = self._said(error.payload) or f"status {error.status}"
            if REPEATED_KEY in said.lower():
                # The same key with another body: an earlier attempt reached them, and its refund is to be found.
                raise ServiceUnreachable(
                    f"{SERVICE} has this refund's key already: {said}", service=SERVICE
                ) from None
            raise ServiceRefused(
                f"{SERVICE} refuses: {said}", service=SERVICE, status=error.status
            ) from None

    def refunds(self, payment_id: str) -> Iterator[Any]:
        """All refunds of a payment."""
        return self._list("refunds", {"payment_id": payment_id})

    def refund(self, refund_id: str) -> dict[str, Any]:
        return self._get(f"refunds/{quote(refund_id, safe='')}")

    def me(self) -> dict[str, Any]:
        """The shop behind the credentials."""
        return self._get("me")

    def payments(self, filters: Mapping[str, str]) -> Iterator[Any]:
        """All payments that fit, newest first."""
        return self._list("payments", filters)

    def _list(self, path: str, filters: Mapping[str, str]) -> Iterator[Any]:
        """A list of theirs, page by page."""
        params = {**filters, "limit": PAGE}
        for _page in range(MOST_PAGES):
            page = self._get(path, params=params)
            items, cursor = page.get("items"), page.get("next_cursor")
            if not isinstance(items, list):
                raise undocumented("items")
            yield from items
            if not cursor:
                return
            if not isinstance(cursor, str) or cursor == params.get("cursor"):
                raise undocumented("next_cursor")
            params = params | {"cursor": cursor}
        raise undocumented("end of the list")

    def _get(self, path: str, *, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            return _object(self._http.get(path, params=params))
        except ServiceRefused as error:
            said = self._said(error.payload) or f"status {error.status}"
            raise ServiceRefused(
                f"YooKassa refuses: {said}", service=SERVICE, status=error.status
            ) from None

    def _refuse_payment(self, error: IntegrationError) -> Never:
        """Turn a failed create into the exception that says what to do about it."""
        said = self._said(error.payload)
        if error.status in (UNAUTHORIZED, FORBIDDEN):
            raise ServiceRefused(
                f"YooKassa refuses our credentials: {said or error.status}",
                service=SERVICE,
                status=error.status,
            ) from None
        if error.status == TOO_MANY_REQUESTS:  # nothing was executed
            raise InvoiceRefused(Refusal.TOO_SOON, said) from None
        if isinstance(error, ServiceUnreachable):
            raise error
        payload = error.payload if isinstance(error.payload, dict) else {}
        about = str(payload.get("parameter") or "")
        reason = Refusal.AMOUNT_OUT_OF_RANGE if about.startswith("amount") else Refusal.OTHER
        raise InvoiceRefused(reason, said) from None

    def _said(self, payload: Any) -> str:
        """Their own words and the field they speak of, on one line and without our secret."""
        if not isinstance(payload, dict):
            return ""
        parts = [payload.get(name) for name in ("code", "description", "parameter")]
        text = ": ".join(part for part in parts if isinstance(part, str) and part)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())[:LONGEST_REASON]


def undocumented(field: str) -> ServiceUnreachable:
    return ServiceUnreachable(f"YooKassa's answer has no readable {field}", service=SERVICE)


def _object(answer: Answer) -> dict[str, Any]:
    if not isinstance(answer.data, dict):
        raise undocumented("object")
    return answer.data
