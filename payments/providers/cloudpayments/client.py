"""The calls of CloudPayments' API that we use: https://developers.cloudpayments.ru/#api.

Every call is a POST, and a refusal comes with HTTP 200 and `Success: false`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.http import Answer, Client
from payments.errors import InvoiceRefused, Refusal

API_URL = "https://api.cloudpayments.ru"
SERVICE = "CloudPayments"
DEADLINE = 20.0  # seconds; they allow themselves up to five minutes
NOT_FOUND = "Not found"
PAGE = 100  # rows of their list
MOST_PAGES = 1000
FOREVER = "2100-01-01T00:00:00Z"
LONGEST_REASON = 200  # characters of their text that we keep

Object = dict[str, Any]


class CloudPaymentsClient:
    """HTTP calls in, plain dictionaries out; every refusal is an exception."""

    def __init__(self, *, base_url: str, public_id: str, secret: str) -> None:
        self._secret = secret
        self._http = Client(
            service=SERVICE,
            base_url=base_url or API_URL,
            auth=(public_id, secret),
            deadline=DEADLINE,
        )

    def create_order(self, order: Mapping[str, Any], *, request_id: str) -> Object:
        """Open a payment link. The same request id gives the same link again for an hour.

        Raises InvoiceRefused, ServiceRefused (our credentials are wrong) or ServiceUnreachable.
        """
        answer = self._http.post("orders/create", body=order, headers={"X-Request-ID": request_id})
        data = self._envelope(answer)
        if not data["Success"]:
            raise InvoiceRefused(Refusal.OTHER, self._said(data))
        return self._model(answer, data)

    def refund(self, refund: Mapping[str, Any], *, request_id: str) -> Object:
        """Give money back. The same request id gives the same answer again for an hour.

        Raises ServiceRefused: nothing was given back; ServiceUnreachable: it may or may not have been.
        """
        answer = self._http.post(
            "payments/refund", body=refund, headers={"X-Request-ID": request_id}
        )
        return self._model(answer, self._successful(answer))

    def find(self, invoice_id: str) -> Object | None:
        """The latest operation of an order; None where nobody has tried to pay it.

        A declined one may come with `Success: false`: only its absence means that there is none.
        """
        answer = self._http.post("v2/payments/find", body={"InvoiceId": invoice_id})
        data = self._envelope(answer)
        if not data["Success"] and data.get("Model") is None:
            if data.get("Message") == NOT_FOUND:
                return None
            raise self._refused(data)
        return self._model(answer, data)

    def operation(self, number: str) -> Object:
        """One operation by its own number."""
        answer = self._http.post("payments/get", body={"TransactionId": int(number)})
        data = self._envelope(answer)
        if data.get("Model") is None:
            raise self._refused(data)
        return self._model(answer, data)

    def charge(self, body: Mapping[str, Any], *, request_id: str) -> Object:
        """Charge a token; a declined charge is an answer too. The same request id charges once within an hour.

        Raises ServiceRefused (nothing was charged) or ServiceUnreachable.
        """
        answer = self._http.post(
            "payments/tokens/charge", body=body, headers={"X-Request-ID": request_id}
        )
        data = self._envelope(answer)
        if not data["Success"] and data.get("Model") is None:
            raise self._refused(data, hide=str(body.get("Token") or ""))
        return self._model(answer, data)

    def order(
        self, path: str, body: Mapping[str, Any], *, request_id: str = "", hide: str = ""
    ) -> Any:
        """A call that changes something; its `Model`. Raises ServiceRefused, ServiceUnreachable."""
        headers = {"X-Request-ID": request_id} if request_id else None
        return self._successful(self._http.post(path, body=body, headers=headers), hide=hide).get(
            "Model"
        )

    def payments(self, *, since: datetime, until: datetime | None = None) -> Iterator[Object]:
        """Every operation since then (and up to another moment), page by page."""
        span = {
            "CreatedDateGte": _moment(since),
            "CreatedDateLte": FOREVER if until is None else _moment(until),
            "TimeZone": "UTC",
        }
        for page in range(1, MOST_PAGES + 1):
            answer = self._http.post("v2/payments/list", body=span | {"PageNumber": page})
            data = self._successful(answer)
            rows = data.get("Model")
            if not isinstance(rows, list):
                raise self._unusable(answer)
            yield from (row for row in rows if isinstance(row, dict))
            if len(rows) < PAGE:
                return
        raise ServiceUnreachable(f"{SERVICE}'s list has no end", service=SERVICE)

    def notification(self, name: str) -> Object:
        """How one type of their notifications is set up in the cabinet."""
        answer = self._http.post(f"site/notifications/{name}/get")
        return self._model(answer, self._successful(answer))

    def test(self) -> None:
        """Their own call for trying the credentials."""
        self._successful(self._http.post("test"))

    def _successful(self, answer: Answer, *, hide: str = "") -> Object:
        data = self._envelope(answer)
        if not data["Success"]:
            raise self._refused(data, hide=hide)
        return data

    def _envelope(self, answer: Answer) -> Object:
        data = answer.data
        if not isinstance(data, dict) or not isinstance(data.get("Success"), bool):
            raise self._unusable(answer)
        return data

    def _model(self, answer: Answer, data: Object) -> Object:
        model = data.get("Model")
        if not isinstance(model, dict):
            raise self._unusable(answer)
        return model

    def _refused(self, data: Object, *, hide: str = "") -> ServiceRefused:
        said = self._said(data, hide) or "no reason given"
        return ServiceRefused(f"{SERVICE} refused: {said}", service=SERVICE)

    def _said(self, data: Object, *hidden: str) -> str:
        """Their own words, on one line and without our secrets."""
        text = data.get("Message")
        if not isinstance(text, str):
            return ""
        for secret in filter(None, (self._secret, *hidden)):
            text = text.replace(secret, "***")
        return " ".join(text.split())[:LONGEST_REASON]

    def _unusable(self, answer: Answer) -> ServiceUnreachable:
        return ServiceUnreachable(
            f"{SERVICE} answered with something undocumented", service=SERVICE, status=answer.status
        )


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
