from __future__ import annotations

from datetime import timedelta

from integrations import selectors
from integrations.callbacks import RawCallback
from integrations.clock import wall_clock
from integrations.models import InboundCallback, OutboxMessage
from integrations.services import inbox


def call(body: bytes, **fields) -> InboundCallback:
    pk = inbox.store_callback(source="oneplat", raw=RawCallback(body=body, headers={}))
    InboundCallback.objects.filter(pk=pk).update(**fields)
    return InboundCallback.objects.get(pk=pk)


def message(key: str, **fields) -> None:
    OutboxMessage.objects.create(topic="t", reaction="r", key=key, payload={}, **fields)


def ago(seconds: int):
    return wall_clock() - timedelta(seconds=seconds)


def test_an_empty_queue_is_not_late(db):
    assert selectors.inbox_queue() == selectors.Queue(waiting=0, overdue=timedelta())


def test_the_inbox_counts_what_is_unfinished_and_dates_what_is_due(db):
    call(b"1", not_before=ago(90))
    call(b"2", not_before=ago(30), status="waiting")
    call(b"3", not_before=ago(500), status="applied")
    call(b"4", not_before=wall_clock() + timedelta(minutes=5), status="confirming")
    queue = selectors.inbox_queue()
    assert queue.waiting == 3
    assert 89 < queue.overdue.total_seconds() < 95


def test_a_reaction_that_waits_for_its_retry_is_not_late(db):
    message("a", not_before=wall_clock() + timedelta(minutes=5), attempts=7)
    message("b", delivered_at=wall_clock(), not_before=ago(500))
    assert selectors.outbox_queue() == selectors.Queue(waiting=1, overdue=timedelta())
    assert selectors.stuck_reactions() == 1


def test_refusals_are_counted_by_source_and_verdict_for_a_day(db):
    for body, age in ((b"1", 60), (b"2", 3600), (b"3", 90_000)):
        pk = inbox.store_refused(
            source="oneplat",
            raw=RawCallback(body=body, headers={}),
            verdict=InboundCallback.Verdict.REJECTED,
            reason="signature",
        )
        InboundCallback.objects.filter(pk=pk).update(received_at=ago(age))
    assert selectors.refused_lately() == [
        selectors.Refusals(source="oneplat", verdict="rejected", count=2)
    ]


def test_the_last_call_is_the_newest_of_its_kind(db):
    assert selectors.last_call("oneplat", accepted=True) is None
    call(b"1", received_at=ago(90))
    newest = call(b"2")
    assert selectors.last_call("oneplat", accepted=True) == newest
    assert selectors.last_call("oneplat", accepted=False) is None


def test_calls_for_people_are_counted_by_state(db):
    call(b"1", status="unknown")
    call(b"2", status="unknown")
    call(b"3", status="dead")
    assert selectors.calls_for_people() == {"unknown": 2, "dead": 1}
