from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.periods import Unit, add_period


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31T10:00", 1, "2026-02-28T10:00"),
        ("2028-01-31T10:00", 1, "2028-02-29T10:00"),
        ("2028-02-29T10:00", 12, "2029-02-28T10:00"),
        ("2026-11-30T23:59", 3, "2027-02-28T23:59"),
        ("2026-12-15T00:00", 1, "2027-01-15T00:00"),
    ],
)
def test_a_month_is_a_calendar_month(start, months, end):
    assert add_period(at(start), length=months, unit=Unit.MONTH) == at(end)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(1, 400))  # noqa: DTZ001
def test_a_day_is_24_hours(start, days):
    aware = start.replace(tzinfo=UTC)
    assert add_period(aware, length=days, unit=Unit.DAY) - aware == timedelta(days=days)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(1, 48))  # noqa: DTZ001
def test_a_longer_term_never_ends_earlier(start, months):
    aware = start.replace(tzinfo=UTC)
    shorter = add_period(aware, length=months, unit=Unit.MONTH)
    assert shorter < add_period(aware, length=months + 1, unit=Unit.MONTH)
