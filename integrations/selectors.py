"""Reads for health, metrics and the doctor: how much waits, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from integrations.clock import wall_clock
from integrations.models import InboundCallback, OutboxMessage

REFUSED_WINDOW = timedelta(hours=24)
STUCK_AFTER = 5  # failed attempts of one reaction: a minute of trying


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`waiting` counts everything unfinished; `overdue` is how late the oldest row that is due is."""

    waiting: int
    overdue: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    source: str
    verdict: str
    count: int


def inbox_queue() -> Queue:
    """Accepted calls that no worker has applied yet."""
    return _queue(
        InboundCallback.objects.filter(
            status__in=[
                InboundCallback.Status.RECEIVED,
                InboundCallback.Status.WAITING,
                InboundCallback.Status.CONFIRMING,
            ]
        )
    )


def outbox_queue() -> Queue:
    """Reactions that have not happened yet."""
    return _queue(OutboxMessage.objects.filter(delivered_at=None))


def stuck_reactions() -> int:
    """Reactions that failed again and again. They are never given up, but somebody should look."""
    return OutboxMessage.objects.filter(delivered_at=None, attempts__gte=STUCK_AFTER).count()


def calls_for_people() -> dict[str, int]:
    """Genuine calls that only a person can settle, by state."""
    rows = (
        InboundCallback.objects.filter(
            status__in=[InboundCallback.Status.UNKNOWN, InboundCallback.Status.DEAD]
        )
        .order_by()
        .values_list("status")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


def refused_lately(window: timedelta = REFUSED_WINDOW) -> list[Refusals]:
    """Calls that were not accepted within this time, by source and verdict."""
    rows = (
        InboundCallback.objects.filter(
            verdict__in=[InboundCallback.Verdict.REJECTED, InboundCallback.Verdict.MALFORMED],
            received_at__gte=wall_clock() - window,
        )
        .order_by()
        .values("source", "verdict")
        .annotate(count=Count("pk"))
    )
    return [Refusals(**row) for row in rows]


def last_call(source: str, *, accepted: bool) -> InboundCallback | None:
    """The newest call of a source that was accepted, or the newest that was not."""
    calls = InboundCallback.objects.filter(source=source)
    verdict = Q(verdict=InboundCallback.Verdict.ACCEPTED)
    newest = calls.filter(verdict if accepted else ~verdict).order_by("-received_at")
    return newest.defer("body", "headers").first()


def _queue(unfinished: QuerySet[Any]) -> Queue:
    moment = wall_clock()
    found = unfinished.order_by().aggregate(
        waiting=Count("pk"), oldest=Min("not_before", filter=Q(not_before__lte=moment))
    )
    oldest = found["oldest"]
    return Queue(
        waiting=found["waiting"], overdue=moment - oldest if oldest is not None else timedelta()
    )
