"""Payments as a file that Excel opens with a double click: UTF-8 with BOM, `;`, decimal comma."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from payments.models import Payment

BOM = "\ufeff"
ROWS_AT_ONCE = 2000
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """A file for csv.writer that hands every line on."""

    def write(self, line: str) -> str:
        return line


def csv_of(payments: QuerySet[Payment], *, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines(payments), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def lines(payments: QuerySet[Payment]) -> Iterator[str]:
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield BOM + writer.writerow(header())
    rows = payments.select_related("customer", "plan").iterator(chunk_size=ROWS_AT_ONCE)
    for payment in rows:
        yield writer.writerow(safe(cells(payment)))


def header() -> list[str]:
    return [
        _("№"),
        _("Состояние"),
        _("Доступ"),
        _("Сумма"),
        _("Валюта"),
        _("Тариф"),
        _("Платёжная система"),
        _("Способ"),
        _("Telegram ID"),
        _("Имя в Telegram"),
        _("Имя"),
        _("Создан"),
        _("Оплачен"),
        _("Номер заказа"),
        _("Номер у платёжной системы"),
    ]


def cells(payment: Payment) -> list[Any]:
    return [
        payment.number,
        payment.get_status_display(),
        payment.get_access_display(),
        f"{payment.amount:f}".replace(".", ","),
        payment.currency,
        str(payment.plan),
        payment.provider,
        payment.method,
        payment.customer.telegram_id,
        payment.customer.username,
        payment.customer.first_name,
        local(payment.created_at),
        local(payment.paid_at),
        payment.reference,
        payment.external_id,
    ]


def safe(row: Iterable[Any]) -> list[str]:
    """A customer's name must not run in the bookkeeper's spreadsheet."""
    return [f"'{cell}" if str(cell).startswith(STARTS_A_FORMULA) else str(cell) for cell in row]


def local(value: datetime | None) -> str:
    return f"{localtime(value):%d.%m.%Y %H:%M:%S}" if value else ""
