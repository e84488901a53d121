"""The 54-FZ receipt of a payment or a refund, for shops whose receipts YooKassa sends to the tax office.

https://yookassa.ru/developers/payment-acceptance/receipts/54fz/yoomoney/parameters-values
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from integrations.errors import ServiceRefused
from payments.abilities import ChargeRequest, RefundRequest
from payments.provider import InvoiceRequest

ITEM = "Доступ к сервису, заказ {description}"  # on a Russian receipt, whatever the customer speaks
LONGEST_ITEM = 128
CODE = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSettings:
    """`email` switches receipts on: it gets the receipts of customers who left none."""

    email: str = ""
    vat_code: str = ""
    tax_system_code: str = ""

    def receipt(
        self, request: InvoiceRequest | ChargeRequest | RefundRequest, amount: dict[str, str]
    ) -> dict[str, Any]:
        """The field `receipt` of a new payment or of a refund; nothing where receipts are off."""
        return self.item(request.description, request.email, amount)

    def item(self, description: str, email: str, amount: dict[str, str]) -> dict[str, Any]:
        """The same for one item of this name; an empty `email` is ours."""
        if not self.email:
            return {}
        description = ITEM.format(description=description)[:LONGEST_ITEM]
        receipt: dict[str, Any] = {
            "customer": {"email": email or self.email},
            "items": [
                {
                    "description": description,
                    "quantity": 1,
                    "amount": amount,
                    "vat_code": _code("YUKASSA_RECEIPT_VAT_CODE", self.vat_code or "1"),
                    "payment_subject": "service",
                    "payment_mode": "full_payment",
                }
            ],
        }
        if self.tax_system_code:
            name = "YUKASSA_RECEIPT_TAX_SYSTEM_CODE"
            receipt["tax_system_code"] = _code(name, self.tax_system_code)
        return {"receipt": receipt}


def _code(name: str, value: str) -> int:
    if not CODE.fullmatch(value):
        raise ServiceRefused(f"{name} is no code of theirs", service="YooKassa")
    return int(value)
