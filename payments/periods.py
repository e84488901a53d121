"""What a plan's term means on the calendar: the one place where dates are added up."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from enum import StrEnum


class Unit(StrEnum):
    DAY = "day"
    MONTH = "month"


def add_period(start: datetime, *, length: int, unit: Unit) -> datetime:
    """The end of a term that begins at `start` (aware; its own time of day and zone are kept).

    A day is 24 hours in UTC, so daylight saving never gives or takes an hour. A month is a calendar month: the
    same day of a later month, or that month's last day where it is shorter (31 January + 1 month is 28 or
    29 February; 29 February + 12 months is 28 February).
    """
    if unit is Unit.DAY:
        return start + timedelta(days=length)
    month_index = start.year * 12 + (start.month - 1) + length
    year, month = month_index // 12, month_index % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)
