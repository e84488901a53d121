"""Two-stage payments: the sum is held first, taken or released later (cards only; seven days).

https://yookassa.ru/developers/payment-acceptance/getting-started/payment-process#capture-true
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from integrations.errors import ServiceRefused
from payments.money import Money
from payments.provider import ProviderEvent
from payments.providers.yookassa.answers import payment_told
from payments.providers.yookassa.client import YookassaClient, undocumented
from payments.providers.yookassa.receipt import ReceiptSettings

WRONG_STATUS = 400  # among others: "cannot be captured in current status"


class Holding:
    """HoldsMoney for YooKassa's adapter. A payment that holds nothing any more is told as it is."""

    _client: YookassaClient
    _receipts: ReceiptSettings

    def capture(self, event_of: ProviderEvent, *, money: Money) -> ProviderEvent:
        payment, held = self._present(event_of)
        if not held.held:
            return held
        wire = {"value": f"{money.amount:.2f}", "currency": money.currency}
        body: dict[str, Any] = {"amount": wire}
        if money != held.money:  # the receipt of the whole sum would not fit any more
            body |= self._receipts.item(str(payment.get("description") or ""), "", wire)
        return self._ordered(event_of, "capture", body, key=f"capture.{wire['value']}")

    def release(self, event_of: ProviderEvent) -> ProviderEvent:
        _payment, held = self._present(event_of)
        return self._ordered(event_of, "cancel", {}, key="cancel") if held.held else held

    def _ordered(
        self, event_of: ProviderEvent, verb: str, body: Mapping[str, Any], *, key: str
    ) -> ProviderEvent:
        path = f"payments/{quote(event_of.external_id, safe='')}/{verb}"
        try:
            answer = self._client.command(path, body, key=f"{event_of.external_id}.{key}"[:64])
        except ServiceRefused as error:
            if error.status != WRONG_STATUS:
                raise
            _payment, now = self._present(event_of)
            if now.held:
                raise
            return now  # somebody was faster: the cabinet, or our own lost call
        return payment_told(answer)

    def _present(self, event_of: ProviderEvent) -> tuple[dict[str, Any], ProviderEvent]:
        payment = self._client.payment(event_of.external_id)
        told = payment_told(payment)
        if told.external_id != event_of.external_id or told.reference != event_of.reference:
            raise undocumented("id: it speaks of another payment")
        return payment, told
