"""YooKassa's own library."""

from __future__ import annotations

from typing import Any

from desk import serve
from yookassa import Configuration, Payment, Refund, Settings
from yookassa.domain.common import SecurityHelper
from yookassa.domain.notification import WebhookNotificationFactory


def configure(*, url: str, shop_id: str, secret: str) -> None:
    Configuration.configure(shop_id, secret, api_url=url, timeout=1, max_attempts=0)


def me() -> Any:
    return Settings.get_account_settings()["account_id"]


def create(*, value: str, order_id: str, key: str) -> dict[str, Any]:
    asked = {
        "amount": {"value": value, "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        "payment_method_data": {"type": "bank_card"},
        "description": "№ 1",
        "metadata": {"order_id": order_id},
    }
    payment = Payment.create(asked, key)
    return told(payment) | {"pay_url": payment.confirmation.confirmation_url}


def find(*, payment_id: str) -> dict[str, Any]:
    return told(Payment.find_one(payment_id))


def listed(*, status: str) -> list[dict[str, Any]]:
    return [told(payment) for payment in Payment.list({"status": status, "limit": 100}).items]


def refund(*, payment_id: str, value: str, key: str) -> dict[str, Any]:
    asked = {"payment_id": payment_id, "amount": {"value": value, "currency": "RUB"}}
    return returned(Refund.create(asked, key))


def find_refund(*, refund_id: str) -> dict[str, Any]:
    return returned(Refund.find_one(refund_id))


def notified(*, body: dict[str, Any]) -> dict[str, Any]:
    notification = WebhookNotificationFactory().create(body)
    said = notification.object
    read = returned(said) if notification.event == "refund.succeeded" else told(said)
    return read | {"event": notification.event}


def trusted(*, addresses: list[str]) -> list[bool]:
    helper = SecurityHelper()
    return [helper.is_ip_trusted(address) for address in addresses]


def told(payment: Any) -> dict[str, Any]:
    return {
        "id": payment.id,
        "status": payment.status,
        "value": payment.amount.value,
        "currency": payment.amount.currency,
        "order_id": (payment.metadata or {}).get("order_id"),
        "reason": payment.cancellation_details and payment.cancellation_details.reason,
        "refunded": payment.refunded_amount and payment.refunded_amount.value,
    }


def returned(refund: Any) -> dict[str, Any]:
    return {
        "id": refund.id,
        "payment_id": refund.payment_id,
        "status": refund.status,
        "value": refund.amount.value,
    }


if __name__ == "__main__":
    serve(globals())
