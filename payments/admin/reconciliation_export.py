"""A run as a file for the bookkeeper: the format of every export of the office."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from payments.admin.export import BOM, Echo, local, safe
from payments.admin.reconciliation_forms import subject_label
from payments.models import ReconciliationLine, ReconciliationRun

ROWS_AT_ONCE = 500


def csv_of_run(run: ReconciliationRun) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines(run), content_type="text/csv; charset=utf-8")
    name = f"reconciliation-{run.subject}-{run.pk}"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def lines(run: ReconciliationRun) -> Iterator[str]:
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    subject = subject_label(run.subject)
    yield BOM + writer.writerow(header())
    found = run.lines.select_related("resolved_by").iterator(chunk_size=ROWS_AT_ONCE)
    for line in found:
        yield writer.writerow(safe(cells(subject, line)))


def header() -> list[str]:
    return [
        _("С чем сверяем"),
        _("Что расходится"),
        _("Платёж"),
        _("Номер"),
        _("У нас"),
        _("У них"),
        _("Чем кончилось"),
        _("Как разобрано"),
        _("Разобрал"),
        _("Разобрано"),
    ]


def cells(subject: str, line: ReconciliationLine) -> list[str]:
    return [
        subject,
        str(line.get_kind_display()),
        str(line.payment_id or ""),
        line.reference,
        line.ours,
        line.theirs,
        str(line.get_how_display()) if line.how else "",
        line.resolution,
        str(line.resolved_by or ""),
        local(line.resolved_at),
    ]
