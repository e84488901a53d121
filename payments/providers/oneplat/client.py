"""The calls of 1Plat's merchant API that we use, and what its refusals mean.

The official page (https://1plat.cash/doc/api) has no catalogue of errors: the texts below are what
integrators saw. README.md says which parts are unverified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Never
from urllib.parse import quote

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.http import Answer, Client
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money

API_URL = "https://1plat.cash"
SERVICE = "1Plat"
DEADLINE = 20.0  # seconds; an order is answered only after somebody's requisites are found
NOT_FOUND = 404
TOO_MANY_REQUESTS = 429
LONGEST_REASON = 200  # characters of their text that we keep

WRONG_CREDENTIALS = re.compile(r"secret|unauthori[sz]ed|forbidden|секрет|авториз", re.I)
# What they say -> what it means for the customer; the first match decides.
REFUSALS: tuple[tuple[re.Pattern[str], Refusal], ...] = (
    (re.compile(r"requisit|реквизит", re.I), Refusal.NO_REQUISITES),
    (
        re.compile(r"wait|minute|too (?:many|often|soon)|rate|подожд|минуту|слишком част", re.I),
        Refusal.TOO_SOON,
    ),
    (
        re.compile(r"\bm(?:in|ax)|amount|limit|миним|максим|сумм|лимит", re.I),
        Refusal.AMOUNT_OUT_OF_RANGE,
    ),
)
MINIMUM = re.compile(r"(?:\bmin|миним)\D{0,40}([0-9][0-9\s]{0,9})", re.I)


class OneplatClient:
    """HTTP calls in, plain dictionaries out; every refusal is an exception."""

    def __init__(self, *, base_url: str, shop_id: str, secret: str) -> None:
        self._secret = secret
        self._http = Client(
            service=SERVICE,
            base_url=(base_url or API_URL).rstrip("/").removesuffix("/api"),
            headers={"x-shop": shop_id, "x-secret": secret},
            deadline=DEADLINE,
        )

    def create_order(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Open an order: the answer with `guid`, `payment` and `url`.

        Raises InvoiceRefused, ServiceRefused (our credentials are wrong) or ServiceUnreachable:
        the order may or may not have been opened.
        """
        try:
            answer = self._http.post("api/merchant/order/create/by-api", body=dict(order))
        except IntegrationError as error:
            self._refuse_order(error)
        data = self._object(answer)
        if not data.get("success"):
            self._refuse_order(
                ServiceRefused("no success", service=SERVICE, status=answer.status, payload=data)
            )
        return data

    def order_info(self, guid: str) -> dict[str, Any]:
        """The order's present state."""
        answer = self._http.get(f"api/merchant/order/info/{quote(guid, safe='')}/by-api")
        payment = self._successful(answer).get("payment")
        if not isinstance(payment, dict):
            raise self._unusable(answer)
        return payment

    def methods(self) -> list[Any]:
        """Ways of paying with their minimums and maximums, which move within days."""
        answer = self._http.get("api/merchant/payments/methods/by-api")
        return self._list(answer, "systems")

    def orders(self, *, date_start: str, status: int) -> list[Any]:
        answer = self._http.post(
            "api/merchant/order/list/by-api", body={"date_start": date_start, "status": status}
        )
        return self._list(answer, "payments")

    def shop(self) -> dict[str, Any]:
        """The shop's card. Integrators use two addresses for it; which is current is unknown."""
        try:
            answer = self._http.get("api/shop/info/by-api")
        except ServiceRefused as error:
            if error.status != NOT_FOUND:
                raise
            answer = self._http.get("api/merchant/shop/info/by-api")
        return self._successful(answer)

    def _refuse_order(self, error: IntegrationError) -> Never:
        """Turn a failed create into the exception that says what to do about it."""
        said = self._said(error.payload)
        if error.status in (401, 403) or WRONG_CREDENTIALS.search(said):
            raise ServiceRefused(
                f"1Plat refuses our credentials: {said or error.status}",
                service=SERVICE,
                status=error.status,
            ) from None
        for pattern, reason in REFUSALS:
            if pattern.search(said):
                minimum = _minimum(said) if reason is Refusal.AMOUNT_OUT_OF_RANGE else None
                raise InvoiceRefused(reason, said, minimum=minimum) from None
        if error.status == TOO_MANY_REQUESTS:
            raise InvoiceRefused(Refusal.TOO_SOON, said) from None
        if isinstance(error, ServiceUnreachable):
            raise error
        raise InvoiceRefused(Refusal.OTHER, said) from None

    def _said(self, payload: Any) -> str:
        """Their own words, on one line and without our secret."""
        if not isinstance(payload, dict):
            return ""
        text = next((payload[key] for key in ("error", "message") if payload.get(key)), "")
        if not isinstance(text, str):
            return ""
        if self._secret:
            text = text.replace(self._secret, "***")
        return " ".join(text.split())[:LONGEST_REASON]

    def _object(self, answer: Answer) -> dict[str, Any]:
        if not isinstance(answer.data, dict):
            raise self._unusable(answer)
        return answer.data

    def _successful(self, answer: Answer) -> dict[str, Any]:
        """`success` is the number 1 in their documentation; only its truth is tested."""
        data = self._object(answer)
        if not data.get("success"):
            raise ServiceRefused(
                f"1Plat refused: {self._said(data) or 'no reason given'}",
                service=SERVICE,
                status=answer.status,
                payload=data,
            )
        return data

    def _list(self, answer: Answer, name: str) -> list[Any]:
        """A list in the answer; their list of orders was seen without `success`."""
        items = self._object(answer).get(name)
        if not isinstance(items, list):
            self._successful(answer)
            raise self._unusable(answer)
        return items

    def _unusable(self, answer: Answer) -> ServiceUnreachable:
        return ServiceUnreachable(
            "1Plat answered with something undocumented", service=SERVICE, status=answer.status
        )


def _minimum(said: str) -> Money | None:
    """The smallest sum they take, where the text names it."""
    found = MINIMUM.search(said)
    return Money(Decimal("".join(found[1].split())), "RUB") if found else None
