"""The methods of the Bot API about Telegram Stars: https://core.telegram.org/bots/api#payments.

Every call is a POST that answers `{"ok": true, "result": …}` or `{"ok": false, "error_code", "description"}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.http import Client

API_URL = "https://api.telegram.org"
SERVICE = "Telegram Stars"
PAGE = 100  # rows of getStarTransactions at most
MOST_PAGES = 10_000
ERROR_NAME = re.compile(r"\b[A-Z][A-Z]*_[A-Z_]{2,62}\b")  # e.g. in «Bad Request: CHARGE_NOT_FOUND»
ALREADY_REFUNDED = "CHARGE_ALREADY_REFUNDED"

Object = dict[str, Any]


class StarsClient:
    """HTTP calls in, the `result` out; every refusal is an exception. The token stands in the path, never in a log."""

    def __init__(self, *, base_url: str, token: str) -> None:
        self._token = token
        self._http = Client(service=SERVICE, base_url=base_url or API_URL)

    def invoice_link(self, fields: Mapping[str, Any]) -> str:
        link = self._call("createInvoiceLink", fields)
        if not isinstance(link, str):
            raise undocumented("createInvoiceLink")
        return link

    def refund(self, *, payer_id: int, charge_id: str) -> None:
        """Give all stars of one charge back. A second refund of the same charge is refused with ALREADY_REFUNDED."""
        fields = {"user_id": payer_id, "telegram_payment_charge_id": charge_id}
        self._call("refundStarPayment", fields)

    def edit_subscription(self, *, payer_id: int, charge_id: str, is_canceled: bool) -> None:
        fields = {
            "user_id": payer_id,
            "telegram_payment_charge_id": charge_id,
            "is_canceled": is_canceled,
        }
        self._call("editUserStarSubscription", fields)

    def newest_first(self) -> Iterator[Object]:
        """Every transaction, newest first.

        Their list runs from the oldest and does not say how long it is: the end is found by doubling steps, then
        pages are read backwards from it.
        """
        end = self._length()
        while end > 0:
            start = max(0, end - PAGE)
            page = self._page(start, end - start)
            yield from reversed(page)
            end = start

    def whoami(self) -> str:
        account = self._call("getMe", {})
        name = account.get("username") if isinstance(account, dict) else None
        if not isinstance(name, str) or not name:
            raise undocumented("getMe")
        return f"@{name}"

    def _length(self) -> int:
        """How many transactions there are: about two calls for each doubling."""
        if not self._page(0, 1):
            return 0
        low, high = 1, 2  # transaction number `low` exists
        while self._page(high - 1, 1):
            low, high = high, high * 2
            if high > PAGE * MOST_PAGES:
                raise ServiceUnreachable(f"{SERVICE}' list has no end", service=SERVICE)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._page(middle - 1, 1) else (low, middle)
        return low

    def _page(self, offset: int, limit: int) -> list[Object]:
        told = self._call("getStarTransactions", {"offset": offset, "limit": limit})
        rows = told.get("transactions") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise undocumented("getStarTransactions")
        return [row for row in rows if isinstance(row, dict)]

    def _call(self, method: str, fields: Mapping[str, Any]) -> Any:
        try:
            data = self._http.post(
                f"/bot{self._token}/{method}", body=dict(fields), log_path=f"/bot***/{method}"
            ).data
        except ServiceRefused as error:
            said = error_name(error.payload)
            raise ServiceRefused(
                f"{SERVICE} refused {method}: {said or error.status}",
                service=SERVICE,
                status=error.status,
                payload=error.payload,
            ) from None
        if not isinstance(data, dict) or data.get("ok") is not True:
            raise undocumented(method)
        return data.get("result")


def is_already_refunded(error: ServiceRefused) -> bool:
    return ALREADY_REFUNDED in error_name(error.payload)


def undocumented(what: str) -> ServiceUnreachable:
    return ServiceUnreachable(
        f"{SERVICE} answered with something undocumented: {what}", service=SERVICE
    )


def error_name(payload: Any) -> str:
    """Their name of the error. Any other text is not repeated: it may quote what we sent."""
    text = payload.get("description") if isinstance(payload, dict) else None
    found = ERROR_NAME.search(text) if isinstance(text, str) else None
    return found.group() if found else ""
