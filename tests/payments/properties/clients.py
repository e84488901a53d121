"""What the providers' API clients are replaced by: each call of theirs, answered by the bank."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from payments.money import Money
from tests.payments.properties.bank import Bank
from tests.payments.properties.voices import CLOUDPAYMENTS, CRYPTOBOT, ONEPLAT, YOOKASSA, Fields


def _open_oneplat(bank: Bank, order: Fields) -> Fields:
    money = Money(Decimal(order["amount"]), "RUB")
    opened = bank.open("oneplat", reference=order["merchant_order_id"], money=money)
    return {"success": 1, "guid": opened.external_id, "payment": ONEPLAT.truth(opened)}


def _open_cryptobot(bank: Bank, fields: Fields) -> Fields:
    money = Money(Decimal(fields["amount"]), fields["fiat"])
    opened = bank.open("cryptobot", reference=fields["payload"], money=money)
    return CRYPTOBOT.truth(opened) | {"pay_url": "https://pay.example/1"}


def _open_yookassa(bank: Bank, payment: Fields, *, key: str) -> Fields:
    money = Money(Decimal(payment["amount"]["value"]), payment["amount"]["currency"])
    opened = bank.open("yookassa", reference=payment["metadata"]["order_id"], money=money)
    address = {"confirmation": {"confirmation_url": "https://pay.example/1"}}
    return YOOKASSA.truth(opened) | address


def _open_cloudpayments(bank: Bank, order: Fields, *, request_id: str) -> Fields:
    money = Money(order["Amount"], order["Currency"])
    reference = order["InvoiceId"]
    bank.open("cloudpayments", reference=reference, money=money)
    return {"Url": "https://pay.example/1"}


CLIENTS: dict[str, Any] = {
    "payments.providers.oneplat.client.OneplatClient.create_order": _open_oneplat,
    "payments.providers.oneplat.client.OneplatClient.order_info": lambda bank, guid: ONEPLAT.truth(
        bank.find("oneplat", guid)
    ),
    "payments.providers.cryptobot.client.CryptoPayClient.create_invoice": _open_cryptobot,
    "payments.providers.cryptobot.client.CryptoPayClient.invoice": lambda bank, number: (
        CRYPTOBOT.truth(bank.find("cryptobot", number))
    ),
    "payments.providers.yookassa.client.YookassaClient.create_payment": _open_yookassa,
    "payments.providers.yookassa.client.YookassaClient.payment": lambda bank, number: (
        YOOKASSA.truth(bank.find("yookassa", number))
    ),
    "payments.providers.yookassa.client.YookassaClient.refund": lambda bank, number: (
        YOOKASSA.refund_truth(*bank.refund(number))
    ),
    "payments.providers.cloudpayments.client.CloudPaymentsClient.create_order": _open_cloudpayments,
    "payments.providers.cloudpayments.client.CloudPaymentsClient.find": lambda bank, reference: (
        CLOUDPAYMENTS.truth(bank.find("cloudpayments", reference))
    ),
}
