"""A walk through dates that reads two rows of an index instead of every date of the table.

Django's own date hierarchy counts the whole table for each page. This one knows the oldest and the newest row and
does the calendar itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _

from integrations.admin.paging import BoundedChangeList

PARAMETER = "when"


@dataclass(frozen=True, slots=True)
class DateLink:
    text: str
    query: str
    is_chosen: bool


class DatedChangeList(BoundedChangeList):
    """A list with year → month → day links over `model_admin.dated_by`, an indexed field."""

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        found.pop(PARAMETER, None)
        return found

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        if (stretch := span(self.chosen_date)) is None:
            return rows
        field = self.model_admin.dated_by
        return rows.filter(**{f"{field}__gte": stretch[0], f"{field}__lt": stretch[1]})

    @cached_property
    def chosen_date(self) -> str:
        asked = self.params.get(PARAMETER, "")
        asked = asked[-1] if isinstance(asked, list) else asked
        return asked if span(asked) else ""

    @cached_property
    def dates(self) -> list[DateLink]:
        ends = self._ends()
        if ends is None:
            return []
        everything = self.get_query_string(remove=[PARAMETER])
        links = [DateLink(_("Все даты"), everything, is_chosen=False)]
        for value, text in steps(self.chosen_date, *ends):
            query = self.get_query_string({PARAMETER: value})
            links.append(DateLink(text, query, value == self.chosen_date))
        return links

    def _ends(self) -> tuple[date, date] | None:
        field = self.model_admin.dated_by
        column = self.model._default_manager.values_list(field, flat=True)
        first = column.order_by(field).first()
        last = column.order_by(f"-{field}").first()
        if first is None or last is None:
            return None
        return localtime(first).date(), localtime(last).date()


def steps(chosen: str, first: date, last: date) -> Iterator[tuple[str, str]]:
    """The way back up, then what lies inside the chosen span and between the two ends."""
    parts = [int(part) for part in chosen.split("-")] if chosen else []
    if not parts:
        yield from ((str(year), str(year)) for year in range(last.year, first.year - 1, -1))
        return
    year = parts[0]
    yield str(year), str(year)
    if len(parts) == 1:
        for month in range(12, 0, -1):
            if (first.year, first.month) <= (year, month) <= (last.year, last.month):
                yield f"{year}-{month:02}", date_format(date(year, month, 1), "F")
        return
    month = parts[1]
    yield f"{year}-{month:02}", date_format(date(year, month, 1), "F")
    for day in range(1, monthrange(year, month)[1] + 1):
        if first <= date(year, month, day) <= last:
            yield f"{year}-{month:02}-{day:02}", str(day)


def span(chosen: str) -> tuple[datetime, datetime] | None:
    """`2026`, `2026-11` or `2026-11-22` as a half-open stretch of local time; None for anything else."""
    parts = chosen.split("-")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    try:
        start = date(*([int(part) for part in parts] + [1, 1])[:3])
        if len(parts) == 1:
            end = start.replace(year=start.year + 1)
        else:
            days = monthrange(start.year, start.month)[1] if len(parts) == 2 else 1
            end = start + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    zone = get_current_timezone()
    return datetime.combine(start, time.min, zone), datetime.combine(end, time.min, zone)
