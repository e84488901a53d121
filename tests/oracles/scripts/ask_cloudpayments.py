"""cloudpayments: the only library on PyPI that CloudPayments names."""

from __future__ import annotations

from datetime import date
from typing import Any

from cloudpayments import CloudPayments
from desk import serve

shops: dict[str, CloudPayments] = {}


def configure(*, url: str, public_id: str, secret: str) -> None:
    shops["own"] = CloudPayments(public_id, secret)
    shops["own"].URL = f"{url}/"


def test() -> Any:
    return shops["own"].test()


def create(*, amount: str, invoice_id: str) -> dict[str, Any]:
    order = shops["own"].create_order(
        float(amount), "RUB", "№ 1", invoice_id=invoice_id, account_id="555000111"
    )
    return {"id": order.id, "url": order.url, "amount": order.amount, "currency": order.currency}


def find(*, invoice_id: str) -> dict[str, Any]:
    return told(shops["own"].find_payment(invoice_id))


def get(*, transaction_id: int) -> dict[str, Any]:
    return told(shops["own"].get_transaction(transaction_id))


def listed(*, day: str) -> list[dict[str, Any]]:
    return [told(one) for one in shops["own"].list_payments(date.fromisoformat(day), "UTC")]


def refund(*, transaction_id: int, amount: str) -> int:
    return int(shops["own"].refund(transaction_id, float(amount)))


def void(*, transaction_id: int) -> None:
    shops["own"].void_payment(transaction_id)


def confirm(*, transaction_id: int, amount: str) -> None:
    shops["own"].confirm_payment(transaction_id, float(amount))


def told(operation: Any) -> dict[str, Any]:
    return {
        "id": operation.id,
        "amount": operation.amount,
        "currency": operation.currency,
        "invoice_id": operation.invoice_id,
        "account_id": operation.account_id,
        "status": operation.status,
        "created": operation.created_date,
        "reason": operation.reason,
    }


if __name__ == "__main__":
    serve(globals())
