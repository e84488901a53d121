"""What the providers' API clients are replaced by: each call of theirs, answered by the bank."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.errors import ServiceRefused, ServiceUnreachable
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
    opened.saves = bool(payment.get("save_payment_method"))
    address = {"confirmation": {"confirmation_url": "https://pay.example/1"}}
    return YOOKASSA.truth(opened) | address


def _open_cloudpayments(bank: Bank, order: Fields, *, request_id: str) -> Fields:
    money = Money(order["Amount"], order["Currency"])
    reference = order["InvoiceId"]
    bank.open("cloudpayments", reference=reference, money=money)
    return {"Url": "https://pay.example/1"}


def _refund_yookassa(bank: Bank, refund: Fields, *, key: str) -> Fields:
    order = bank.find("yookassa", refund["payment_id"])
    money = Money(Decimal(refund["amount"]["value"]), refund["amount"]["currency"])
    back = order.came[0] if order.came else None
    movement = bank.give_back(order, back, money, asked=refund["metadata"]["refund_id"])
    bank.post(order, YOOKASSA.refunded(order, movement))
    return YOOKASSA.refund_truth(order, movement)


def _refund_cloudpayments(bank: Bank, refund: Fields, *, request_id: str) -> Fields:
    bank.answer()
    number = refund["TransactionId"]
    for order in bank.of("cloudpayments"):
        for back in order.came:
            if back.number == number:
                money = Money(refund["Amount"], back.money.currency)
                asked = json.loads(refund["JsonData"])["refund_id"]
                movement = bank.give_back(order, back, money, asked=asked)
                bank.post(order, CLOUDPAYMENTS.refunded(order, movement))
                return {"TransactionId": movement.number}
    raise ServiceRefused("no such operation", service="bank")


def _command(bank: Bank, path: str, payment: Fields, *, key: str) -> Fields:
    """A charge without the payer, of which a call tells too."""
    money = Money(Decimal(payment["amount"]["value"]), payment["amount"]["currency"])
    order = bank.charge("yookassa", reference=payment["metadata"]["order_id"], money=money)
    if order.came:
        bank.post(order, YOOKASSA.paid(order, order.came[0], bare=False))
    else:
        bank.post(order, YOOKASSA.said(order, "failed", bare=False))
    if bank.mute:
        raise ServiceUnreachable("the answer was lost", service="bank")
    return YOOKASSA.truth(order)


def _payments(bank: Bank, filters: Fields) -> Iterator[Fields]:
    bank.answer()
    return iter([YOOKASSA.truth(order) for order in bank.of("yookassa")])


def _refunds_of(bank: Bank, payment_id: str) -> Iterator[Fields]:
    order = bank.find("yookassa", payment_id)
    return iter([YOOKASSA.refund_truth(order, movement) for movement in order.went])


def _operations(bank: Bank, *, since: datetime) -> Iterator[Fields]:
    bank.answer()
    for order in bank.of("cloudpayments"):
        yield from (CLOUDPAYMENTS.refund_truth(order, movement) for movement in order.went)


def _no_transfers(bank: Bank, fields: Fields) -> Fields:
    bank.answer()
    payload = {"error": {"code": 403, "name": "METHOD_DISABLED"}}
    raise ServiceRefused("no transfers", service="bank", status=403, payload=payload)


def _truth_of_oneplat(bank: Bank, guid: str) -> Fields:
    return ONEPLAT.truth(bank.find("oneplat", guid))


def _truth_of_cryptobot(bank: Bank, number: str) -> Fields:
    return CRYPTOBOT.truth(bank.find("cryptobot", number))


def _truth_of_yookassa(bank: Bank, number: str) -> Fields:
    return YOOKASSA.truth(bank.find("yookassa", number))


def _truth_of_a_refund(bank: Bank, number: str) -> Fields:
    return YOOKASSA.refund_truth(*bank.refund(number))


def _truth_of_cloudpayments(bank: Bank, reference: str) -> Fields | None:
    return CLOUDPAYMENTS.truth(bank.find("cloudpayments", reference))


CLIENTS: dict[str, Any] = {
    f"payments.providers.{method}": function
    for method, function in {
        "oneplat.client.OneplatClient.create_order": _open_oneplat,
        "oneplat.client.OneplatClient.order_info": _truth_of_oneplat,
        "cryptobot.client.CryptoPayClient.create_invoice": _open_cryptobot,
        "cryptobot.client.CryptoPayClient.invoice": _truth_of_cryptobot,
        "cryptobot.client.CryptoPayClient.transfer": _no_transfers,
        "cryptobot.client.CryptoPayClient.transfers": lambda _bank, *, spend_id: [],
        "yookassa.client.YookassaClient.create_payment": _open_yookassa,
        "yookassa.client.YookassaClient.payment": _truth_of_yookassa,
        "yookassa.client.YookassaClient.refund": _truth_of_a_refund,
        "yookassa.client.YookassaClient.refunds": _refunds_of,
        "yookassa.client.YookassaClient.create_refund": _refund_yookassa,
        "yookassa.client.YookassaClient.command": _command,
        "yookassa.client.YookassaClient.payments": _payments,
        "cloudpayments.client.CloudPaymentsClient.create_order": _open_cloudpayments,
        "cloudpayments.client.CloudPaymentsClient.find": _truth_of_cloudpayments,
        "cloudpayments.client.CloudPaymentsClient.refund": _refund_cloudpayments,
        "cloudpayments.client.CloudPaymentsClient.payments": _operations,
    }.items()
}
