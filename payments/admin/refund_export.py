"""Refunds as a file for the bookkeeper, written like that of payments."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from payments.admin.export import BOM, ROWS_AT_ONCE, Echo, local, safe
from payments.models import Refund

FIELDS = (
    "id",
    "status",
    "origin",
    "amount",
    "currency",
    "days",
    "payment_id",
    "payment__provider",
    "payment__customer__telegram_id",
    "payment__customer__username",
    "reason",
    "decided_by__username",
    "second_by__username",
    "evidence",
    "created_at",
    "decided_at",
    "finished_at",
    "reference",
    "external_id",
)
MOMENTS = ("created_at", "decided_at", "finished_at")


def csv_of_refunds(refunds: QuerySet[Refund], *, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines(refunds), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def lines(refunds: QuerySet[Refund]) -> Iterator[str]:
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield BOM + writer.writerow(header())
    statuses = {value: str(label) for value, label in Refund.Status.choices}
    origins = {value: str(label) for value, label in Refund.Origin.choices}
    for row in refunds.values(*FIELDS).iterator(chunk_size=ROWS_AT_ONCE):
        row["status"] = statuses[row["status"]]
        row["origin"] = origins[row["origin"]]
        row["amount"] = f"{row['amount']:f}".replace(".", ",")
        row |= {moment: local(row[moment]) for moment in MOMENTS}
        yield writer.writerow(safe("" if row[name] is None else row[name] for name in FIELDS))


def header() -> list[str]:
    return [
        _("№"),
        _("Состояние"),
        _("Кто начал"),
        _("Сумма"),
        _("Валюта"),
        _("Снять дней"),
        _("Платёж"),
        _("Платёжная система"),
        _("Telegram ID"),
        _("Имя в Telegram"),
        _("Причина решения"),
        _("Решил"),
        _("Подтвердил"),
        _("Подтверждение перевода"),
        _("Создан"),
        _("Решено"),
        _("Закончен"),
        _("Ключ"),
        _("Номер у платёжной системы"),
    ]
