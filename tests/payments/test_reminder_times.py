"""When a reminder is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from payments.models import Reminder
from payments.services import reminder_times as times

Kind = Reminder.Kind
MOSCOW = timedelta(hours=3)


def moscow(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC) - MOSCOW


NOON = moscow(14, 12)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (moscow(14, 21, 59), moscow(14, 21, 59)),
        (moscow(14, 22), moscow(15, 9)),
        (moscow(14, 23, 30), moscow(15, 9)),
        (moscow(15, 0), moscow(15, 9)),
        (moscow(15, 8, 59), moscow(15, 9)),
        (moscow(15, 9), moscow(15, 9)),
    ],
)
def test_what_falls_into_the_night_waits_for_the_morning(settings, moment, allowed):
    settings.QUIET_HOURS = (22, 9)
    assert times.after_quiet(moment) == allowed
    assert times.is_quiet(moment) == (moment != allowed)


def test_quiet_hours_may_lie_within_a_day_or_not_be_at_all(settings):
    settings.QUIET_HOURS = (13, 15)
    assert times.after_quiet(moscow(14, 14)) == moscow(14, 15)
    assert times.after_quiet(moscow(14, 23)) == moscow(14, 23)
    settings.QUIET_HOURS = (0, 0)
    assert not times.is_quiet(moscow(14, 3))


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (Kind.WEEK, moscow(7, 12)),
        (Kind.THREE_DAYS, moscow(11, 12)),
        (Kind.DAY, moscow(13, 12)),
        (Kind.TODAY, moscow(14, 9)),
        (Kind.ENDED, moscow(14, 12)),
        (Kind.AFTER, moscow(17, 12)),
    ],
)
def test_the_five_moments_and_the_end(kind, due):
    assert times.due_at(kind, NOON) == due


def test_only_what_speaks_of_access_that_ended_waits_for_the_grace(settings):
    settings.GRACE_DAYS = 2
    assert times.due_at(Kind.ENDED, NOON) == moscow(16, 12)
    assert times.due_at(Kind.AFTER, NOON) == moscow(19, 12)
    assert times.due_at(Kind.DAY, NOON) == moscow(13, 12)


def test_twelve_hours_are_counted_from_the_moment_that_was_allowed():
    night = moscow(15, 2)  # a day before it is at night too: due at nine
    assert not times.is_late(Kind.DAY, night, moscow(14, 20, 59))
    assert times.is_late(Kind.DAY, night, moscow(14, 21, 1))


@pytest.mark.parametrize(
    ("term", "kind", "at_once"),
    [
        (timedelta(days=30), Kind.WEEK, False),
        (timedelta(days=7), Kind.WEEK, True),
        (timedelta(days=8), Kind.WEEK, True),
        (timedelta(days=11), Kind.WEEK, False),
        (timedelta(days=3), Kind.WEEK, True),
        (timedelta(days=3), Kind.THREE_DAYS, True),
        (timedelta(days=3), Kind.DAY, False),
        (timedelta(days=1), Kind.DAY, True),
        (timedelta(days=1), Kind.TODAY, False),
        (timedelta(hours=2), Kind.TODAY, True),
        (timedelta(hours=2), Kind.ENDED, False),
    ],
)
def test_nobody_is_reminded_right_after_buying(term, kind, at_once):
    assert times.comes_at_once(kind, NOON, NOON - term) is at_once


def test_the_morning_is_right_where_the_clocks_change():
    """Berlin, 28 March 2027: two o'clock does not exist, nine does."""
    with timezone.override("Europe/Berlin"):
        moment = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
        assert times.after_quiet(moment) == datetime(2027, 3, 28, 7, tzinfo=UTC)
