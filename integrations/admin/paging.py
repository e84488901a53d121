"""Lists over tables of any size: nothing here reads a whole table to draw one page."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from unfold.views import ChangeList

COUNTED = 10_000  # beyond this the exact number helps nobody
LAST_PAGE = 100  # further back one searches instead of leafing


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts at most COUNTED rows; an unfiltered big table is estimated by the planner's own figure."""

    template_name = "admin/office/pagination.html"

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not rows.query.where:
            estimate = estimated_rows(rows.model._meta.db_table)
            if estimate > COUNTED:
                self.is_estimate = True
                return estimate
        return int(rows.order_by()[: COUNTED + 1].count())

    is_estimate = False

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, LAST_PAGE)

    @property
    def found(self) -> str:
        """How many rows there are, as honestly as it is known."""
        number = number_format(min(self.count, COUNTED), force_grouping=True)
        if self.is_estimate:
            estimate = number_format(self.count, force_grouping=True)
            return _("Примерно %(number)s") % {"number": estimate}
        if self.count > COUNTED:
            return _("Больше %(number)s") % {"number": number}
        return _("Найдено: %(number)s") % {"number": number}


class BoundedChangeList(ChangeList):  # type: ignore[misc]  # Unfold is untyped
    """The number of rows stands under the list, so the heading needs no second one."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


def estimated_rows(table: str) -> int:
    """PostgreSQL's estimate; -1 where the table was never analysed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table]
        )
        row = cursor.fetchone()
    return int(row[0]) if row else -1
