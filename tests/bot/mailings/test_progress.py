"""How a mailing gets on, and that it stands in nobody's way."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as configured

from bot.mailings.progress import progress, report
from bot.models import Mailing, Recipient
from devtools import plan
from integrations.clock import now
from tests.bot.mailings.rows import a_mailing

pytestmark = pytest.mark.django_db

State = Recipient.State


@pytest.fixture(autouse=True)
def _nothing_kept(settings):
    """A cache of each test's own: numbers of mailings come again."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": uuid4().hex}}


def running_mailing() -> Mailing:
    mailing = a_mailing(
        status=Mailing.Status.RUNNING, total=10, started_at=now() - timedelta(seconds=10)
    )
    states = [State.SENT] * 5 + [State.BLOCKED] + [State.WAITING] * 4
    Recipient.objects.bulk_create(
        Recipient(mailing=mailing, address=str(number), state=state)
        for number, state in enumerate(states)
    )
    return mailing


def test_counts_pace_and_end():
    seen = progress(running_mailing())
    assert (seen.total, seen.done, seen.percent) == (10, 6, 60)
    assert (seen.counts["sent"], seen.counts["blocked"], seen.counts["waiting"]) == (5, 1, 4)
    assert set(seen.counts) == set(State.values)
    assert seen.a_second == pytest.approx(0.6, abs=0.1)
    assert seen.ends_at is not None
    assert timedelta(seconds=3) < seen.ends_at - now() < timedelta(seconds=12)


def test_many_looks_are_one_count(django_assert_num_queries):
    mailing = running_mailing()
    progress(mailing)
    with django_assert_num_queries(0):
        progress(mailing)


def test_without_redis_it_is_counted_each_time(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert progress(running_mailing()).done == 6


def test_the_report_has_a_row_for_each_recipient():
    rows = list(report(running_mailing()))
    assert len(rows) == 10
    assert rows[0]["state"] == "отправлено"
    assert "unsubscribe_token" not in rows[0]


def test_a_mailing_has_a_queue_and_a_worker_of_its_own():
    """Whatever a broadcast does, what somebody waits for stands in other queues and is done by another process."""
    routes = configured.CELERY_TASK_ROUTES
    bulk = [task for task, route in routes.items() if route["queue"] == plan.MAILINGS]
    assert bulk == ["bot.send_mailings"]
    assert plan.MAILINGS not in plan.QUEUES.split(",")
