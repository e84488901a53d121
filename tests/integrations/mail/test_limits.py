"""Caps: exact however many send at once, room for what somebody waits for, nothing lost over them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from integrations.clock import wall_clock
from integrations.mail.errors import Why
from integrations.models import MailMinute
from integrations.services import mail_limits
from integrations.services.mail_limits import Wait, reserve, take


def half_past() -> datetime:
    return wall_clock().replace(second=30, microsecond=0)


@pytest.fixture(autouse=True)
def _a_quiet_minute(settings, monkeypatch):
    """Half past: no minute ends while a test counts."""
    at = half_past()
    monkeypatch.setattr(mail_limits, "wall_clock", lambda: at)
    settings.MAIL_A_DAY, settings.MAIL_A_MINUTE, settings.MAIL_BULK_A_DAY = 10, 0, 6


def total() -> int:
    return sum(MailMinute.objects.values_list("sent", flat=True))


@pytest.mark.django_db
def test_the_day_is_any_24_hours(monkeypatch):
    at = half_past()
    old = at - timedelta(hours=23, minutes=30)
    MailMinute.objects.create(minute=old.replace(second=0), sent=9)
    MailMinute.objects.create(minute=at.replace(second=0) - timedelta(hours=25), sent=500)
    assert take(bulk=False) == 0
    wait = reserve(bulk=False)
    assert wait is not None
    assert wait.why is Why.DAY
    assert 30 * 60 <= wait.seconds <= 32 * 60
    later = at + timedelta(seconds=wait.seconds)
    monkeypatch.setattr(mail_limits, "wall_clock", lambda: later)
    assert take(bulk=False) == 0


@pytest.mark.django_db
def test_mailings_leave_room_for_what_somebody_waits_for(settings):
    assert [take(bulk=True) for _ in range(6)] == [0] * 6
    assert take(bulk=True) > 0
    assert [take(bulk=False) for _ in range(4)] == [0] * 4
    assert take(bulk=False) > 0
    assert list(MailMinute.objects.values_list("sent", "bulk")) == [(10, 6)]


@pytest.mark.django_db
def test_a_full_minute_is_over_with_it(settings):
    settings.MAIL_A_DAY, settings.MAIL_BULK_A_DAY, settings.MAIL_A_MINUTE = 0, 0, 4
    assert [take(bulk=True) for _ in range(3)] == [0] * 3
    assert reserve(bulk=True) == Wait(Why.MINUTE, 31)
    assert take(bulk=False) == 0
    assert take(bulk=False) == 31


@pytest.mark.django_db
def test_zero_is_no_cap(settings):
    settings.MAIL_A_DAY = settings.MAIL_A_MINUTE = settings.MAIL_BULK_A_DAY = 0
    assert {take(bulk=n % 2 == 0) for n in range(40)} == {0}


@pytest.mark.django_db
def test_what_did_not_leave_is_given_back():
    take(bulk=False)
    take(bulk=True)
    mail_limits.give_back(bulk=True)
    assert list(MailMinute.objects.values_list("sent", "bulk")) == [(1, 0)]
    mail_limits.give_back(bulk=True)
    assert total() == 1


@pytest.mark.django_db
def test_old_minutes_are_swept_and_those_that_count_are_not():
    at = wall_clock()
    for hours in (1, 23, 9 * 24):
        MailMinute.objects.create(minute=at - timedelta(hours=hours), sent=1)
    assert mail_limits.sweep() == 1
    assert MailMinute.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_exactly_what_there_is():
    together = Barrier(8)

    def some() -> int:
        together.wait()
        try:
            return sum(take(bulk=False) == 0 for _ in range(4))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = sum(pool.map(lambda _n: some(), range(8)))
    assert taken == total() == 10


def both_take() -> int:
    """The first one's transaction is open while the second one counts; one letter is left."""
    MailMinute.objects.create(minute=half_past() - timedelta(hours=2), sent=9)
    counted, done = Event(), Event()

    def first() -> bool:
        with transaction.atomic():
            is_taken = take(bulk=False) == 0
            counted.set()
            done.wait(0.5)
        connection.close()
        return is_taken

    def second() -> bool:
        counted.wait()
        try:
            return take(bulk=False) == 0
        finally:
            done.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sum([one.result() for one in (pool.submit(first), pool.submit(second))])


@pytest.mark.django_db(transaction=True)
def test_the_last_letter_goes_to_one_of_two():
    assert both_take() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_take_it(monkeypatch):
    """The control."""
    monkeypatch.setattr(mail_limits, "LOCKED", "SELECT %s")
    assert both_take() == 2
