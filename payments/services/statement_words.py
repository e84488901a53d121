"""What providers and banks call the columns and the states of a statement, in Russian and English.

Compared in lower case, without quotes, dots and «ё».
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(part.split()) for part in text.split("|"))


COLUMNS: dict[str, frozenset[str]] = {
    "reference": _words(
        """номер заказа|заказ|номер счета|order|order id|order_id|merchant_order_id|merchant_id|merchant id
        |invoiceid|payload|reference"""
    ),
    "external_id": _words(
        """номер платежа|платеж|id платежа|идентификатор платежа|идентификатор|номер операции|id|payment id
        |payment_id|guid|transactionid|transaction id|invoice_id|external_id"""
    ),
    "number": _words("номер|№|number"),
    "amount": _words(
        "сумма|сумма платежа|сумма операции|сумма, руб|сумма, ₽|сумма (руб)|amount|sum|total"
    ),
    "currency": _words("валюта|currency"),
    "at": _words(
        """дата|дата и время|дата платежа|дата оплаты|дата операции|время|date|datetime|paid_at|paid at
        |created_at|created|date and time"""
    ),
    "status": _words("статус|состояние|статус платежа|status|state"),
    "refunded": _words(
        "возврат|возвращено|сумма возврата|refunded|refund|refunded_amount|refund amount"
    ),
}
PAID = _words(
    """оплачен|оплачено|успешно|успешный|проведен|проведено|завершен|зачислен|paid|succeeded|success|completed
    |confirmed|done"""
)
REFUNDED = _words("возврат|возвращен|возвращено|refund|refunded")
NOT_PAID = _words(
    """отменен|отменено|отклонен|ошибка|истек|ожидает|ожидает оплаты|в обработке|создан|canceled|cancelled
    |declined|failed|expired|pending|active|created|waiting|voided"""
)
CURRENCIES = {"₽": "RUB", "руб": "RUB", "р": "RUB", "rur": "RUB", "$": "USD", "€": "EUR"}
