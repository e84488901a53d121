from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from integrations.clock import wall_clock
from integrations.models import OutboxMessage
from integrations.services import outbox

calls: list[str] = []


def works(*, name: str) -> None:
    calls.append(name)


def breaks(*, name: str) -> None:
    raise OSError(f"{name} is down")


REACTIONS = {
    "thing.happened": (f"{__name__}.works", f"{__name__}.breaks"),
    "thing.worked": (f"{__name__}.works",),
}

MOVED = {"left.old_name": f"{__name__}.works"}


@pytest.fixture(autouse=True)
def _table(settings):
    settings.REACTIONS = f"{__name__}.REACTIONS"
    settings.MOVED_REACTIONS = f"{__name__}.MOVED"
    calls.clear()


def publish(topic: str = "thing.happened", key: str = "k1") -> None:
    with transaction.atomic():
        outbox.publish(topic, {"name": "x"}, key=key, case="case:1")


@pytest.mark.django_db(transaction=True)
def test_an_event_is_published_only_with_its_transaction():
    with pytest.raises(RuntimeError):
        outbox.publish("thing.worked", {"name": "x"}, key="k1")
    with transaction.atomic():
        outbox.publish("thing.worked", {"name": "x"}, key="k1")
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_one_failing_reaction_does_not_hold_the_others():
    publish()
    assert outbox.drain() == 1
    late = OutboxMessage.objects.get(delivered_at=None)
    assert calls == ["x"]
    assert (late.attempts, late.error) == (1, "OSError: x is down")
    assert late.not_before > wall_clock()


@pytest.mark.django_db
def test_what_an_older_release_wrote_down_is_done_under_its_present_name():
    publish("thing.worked")
    OutboxMessage.objects.update(reaction="left.old_name")
    assert outbox.drain() == 1
    assert calls == ["x"]


@pytest.mark.django_db
def test_the_wait_grows_and_never_ends():
    publish()
    outbox.drain()
    waits = []
    for _attempt in range(15):
        OutboxMessage.objects.filter(delivered_at=None).update(not_before=wall_clock())
        outbox.drain()
        late = OutboxMessage.objects.get(delivered_at=None)
        waits.append(round((late.not_before - wall_clock()).total_seconds()))
    assert waits == sorted(waits)
    assert waits[-1] == 3600


@pytest.mark.django_db
def test_the_same_event_published_twice_is_written_once():
    publish()
    publish()
    assert OutboxMessage.objects.count() == 2  # one row per reaction


@pytest.mark.django_db
def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(settings):
    publish("thing.worked")
    assert outbox.claim_next() is not None
    assert outbox.claim_next() is None
    OutboxMessage.objects.update(not_before=wall_clock())
    assert outbox.claim_next() is not None


@pytest.mark.django_db
def test_staff_can_have_a_waiting_message_tried_at_once():
    publish()
    outbox.drain()
    outbox.retry_now(OutboxMessage.objects.get(delivered_at=None))
    assert OutboxMessage.objects.get(delivered_at=None).not_before <= wall_clock()


@pytest.mark.django_db
def test_an_error_may_ask_for_a_longer_wait(monkeypatch):
    class Slow(Exception):
        retry_after = 500

    publish()
    message = OutboxMessage.objects.get(reaction=f"{__name__}.works")
    outbox.postpone(message, Slow("wait"))
    message.refresh_from_db()
    assert message.not_before - wall_clock() > timedelta(seconds=490)
