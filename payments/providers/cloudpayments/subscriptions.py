"""Subscriptions that CloudPayments charges by itself: https://developers.cloudpayments.ru/#podpiski-rekurrent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.foreign import moment
from payments.abilities import SubscriptionFacts
from payments.money import Money
from payments.provider import ProviderEvent, Trust
from payments.providers.cloudpayments import bodies, operations
from payments.providers.cloudpayments.client import CloudPaymentsClient
from payments.providers.cloudpayments.reading import unreadable

INTERVALS = {"day": "Day", "month": "Month"}


class Subscribing:
    """RunsSubscriptions for CloudPayments' adapter."""

    _client: CloudPaymentsClient

    def create_subscription(
        self,
        *,
        reference: str,
        token: str,
        payer_id: int,
        money: Money,
        description: str,
        starts_at: datetime,
        length: int,
        unit: str,
    ) -> SubscriptionFacts:
        body = {
            "Token": token,
            "AccountId": str(payer_id),
            "Description": description,
            "Amount": money.amount,
            "Currency": money.currency,
            "RequireConfirmation": False,
            "StartDate": starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Interval": INTERVALS[unit],
            "Period": length,
        }
        return _facts(
            self._client.order("subscriptions/create", body, request_id=reference, hide=token)
        )

    def find_subscription(self, external_id: str) -> SubscriptionFacts:
        return _facts(self._client.order("subscriptions/get", {"Id": external_id}))

    def find_subscriptions(self, *, payer_id: int) -> list[SubscriptionFacts]:
        rows = self._client.order("subscriptions/find", {"accountId": str(payer_id)})
        if not isinstance(rows, list):
            raise unreadable("Model")
        return [_facts(row) for row in rows]

    def update_subscription(self, external_id: str, *, money: Money) -> SubscriptionFacts:
        """Another sum. It revives a cancelled subscription, and no Recurrent tells of it."""
        body = {"Id": external_id, "Amount": money.amount, "Currency": money.currency}
        return _facts(self._client.order("subscriptions/update", body))

    def cancel_subscription(self, external_id: str) -> None:
        self._client.order("subscriptions/cancel", {"Id": external_id})

    def confirm_subscription(self, event: ProviderEvent) -> ProviderEvent:
        """A Recurrent as the API confirms it."""
        status = self.find_subscription(event.subscription).status
        return replace(
            event,
            trust=Trust.SIGNED,
            event_id=f"{event.subscription}:{status}",
            subscription_status=status,
        )


def _facts(model: Any) -> SubscriptionFacts:
    said: Mapping[str, str] = bodies.texts(model) if isinstance(model, dict) else {}
    name, amount = said.get("Id", ""), said.get("Amount", "")
    status = operations.SUBSCRIPTION_STATUSES.get(said.get("Status", ""))
    if not operations.SUBSCRIPTION.fullmatch(name):
        raise unreadable("Id")
    if not operations.AMOUNT.fullmatch(amount):
        raise unreadable("Amount")
    if not operations.CURRENCY_CODE.fullmatch(said.get("Currency", "")):
        raise unreadable("Currency")
    if status is None:
        raise unreadable("Status")
    return SubscriptionFacts(
        external_id=name,
        status=status,
        money=Money(Decimal(amount), said["Currency"]),
        payer_id=said.get("AccountId", ""),
        next_charge_at=moment(said.get("NextTransactionDateIso")),
    )
