"""A notice is written once for five minutes and counts each event once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from bot.models import Notice
from bot.notices import raising
from bot.notices.raising import WINDOW
from integrations.clock import now
from tests.bot.notices.raised import trouble
from tests.support.crowd import at_once

pytestmark = pytest.mark.django_db
together = pytest.mark.django_db(transaction=True)

THREADS = 20
ALL = [f"event {number}" for number in range(THREADS)]


@pytest.fixture(autouse=True)
def quiet(monkeypatch) -> None:
    monkeypatch.setattr(raising, "nudge", lambda: None)


def raised_at_once(events: list[str]) -> list[object]:
    moment = now()
    return at_once(
        *(partial(trouble, event, at=moment) for event in events), late=(IntegrityError,)
    )


@together
def test_twenty_events_at_once_are_one_notice_that_counts_twenty():
    assert raised_at_once(ALL) == [None] * THREADS
    notice = Notice.objects.get()
    assert notice.count == THREADS
    assert notice.sources.count() == THREADS


@together
def test_one_event_twenty_times_at_once_counts_once():
    assert raised_at_once(["the same"] * THREADS) == [None] * THREADS
    assert Notice.objects.get().count == 1


@together
def test_without_the_lock_they_would_get_in_each_others_way(monkeypatch):
    """The control of the two above."""
    monkeypatch.setattr(raising, "_one_at_a_time", lambda kind: None)
    outcomes = raised_at_once(ALL)
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)


def test_another_window_and_another_kind_are_other_notices():
    moment = now()
    trouble("a", at=moment)
    trouble("b", at=moment + WINDOW)
    trouble("c", at=moment, kind="other")
    assert Notice.objects.count() == 3
    assert set(Notice.objects.values_list("count", flat=True)) == {1}


def test_the_same_event_hours_later_is_still_counted_once():
    trouble("a")
    trouble("a", at=now() + timedelta(hours=3))
    assert Notice.objects.get().count == 1


def test_the_newest_is_shown_in_full_and_earlier_ones_by_title():
    moment = now()
    for event in ("первый", "второй", "третий"):
        trouble(event, at=moment)
    text = Notice.objects.get().text
    assert "ответ третий" in text
    assert text.count("• ❌ Письма не уходят") == 2


def test_a_notice_stays_readable_however_many_come():
    moment = now()
    for number in range(30):
        trouble(f"{number}", at=moment)
    assert Notice.objects.get().text.count("\n• ") == raising.EARLIER


def test_where_nobody_can_be_told_it_is_kept_for_the_admin(settings):
    settings.STAFF_CHAT_ID, settings.STAFF_EMAIL = "", []
    trouble("a")
    assert Notice.objects.get().state == Notice.State.SILENT
