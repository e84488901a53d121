"""A mailing's recipients as a file that Excel opens with a double click: UTF-8 with BOM, `;`."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from bot.mailings import progress
from bot.models import Mailing
from payments.admin.export import BOM, Echo, local, safe


def csv_of(mailing: Mailing) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines(mailing), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mailing-{mailing.pk}.csv"'
    return response


def lines(mailing: Mailing) -> Iterator[str]:
    """Line by line, however many they are."""
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield BOM + writer.writerow(header())
    for row in progress.report(mailing):
        yield writer.writerow(
            safe(
                [
                    row["address"],
                    row["language"],
                    row["state"],
                    row["attempts"],
                    local(row["sent_at"]),
                    local(row["clicked_at"]),
                    local(row["unsubscribed_at"]),
                    row["error"],
                ]
            )
        )


def header() -> list[str]:
    return [
        _("Адрес"),
        _("Язык"),
        _("Состояние"),
        _("Попыток"),
        _("Отправлено"),
        _("Перешёл"),
        _("Отписался"),
        _("Ошибка"),
    ]
