"""Two-stage payments: https://developers.cloudpayments.ru/#podtverzhdenie-oplaty."""

from __future__ import annotations

from integrations.errors import ServiceRefused
from payments.money import Money
from payments.provider import ProviderEvent
from payments.providers.cloudpayments.client import CloudPaymentsClient
from payments.providers.cloudpayments.reading import operation_told, unreadable


class Holding:
    """HoldsMoney for CloudPayments' adapter. Their answers say only yes; the operation itself says what it is now."""

    _client: CloudPaymentsClient

    def capture(self, event_of: ProviderEvent, *, money: Money) -> ProviderEvent:
        body = {"TransactionId": int(event_of.operation), "Amount": money.amount}
        return self._ordered(event_of, "payments/confirm", body)

    def release(self, event_of: ProviderEvent) -> ProviderEvent:
        return self._ordered(event_of, "payments/void", {"TransactionId": int(event_of.operation)})

    def _ordered(
        self, event_of: ProviderEvent, path: str, body: dict[str, object]
    ) -> ProviderEvent:
        before = self._present(event_of)
        if not before.held:
            return before
        try:
            self._client.order(path, body)
        except ServiceRefused:
            now = self._present(event_of)
            if now.held:
                raise
            return now  # somebody was faster: the cabinet, or our own lost call
        return self._present(event_of)

    def _present(self, event_of: ProviderEvent) -> ProviderEvent:
        told = operation_told(self._client.operation(event_of.operation))
        if told.operation != event_of.operation or told.external_id != event_of.external_id:
            raise unreadable("TransactionId")
        return told
