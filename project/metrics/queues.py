"""What waits: for a worker, and for a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily, Metric

from integrations import selectors
from integrations.clock import now
from payments.models import Incident

ROWS = {
    "inbox": selectors.inbox_queue,  # settled by the worker of money
    "outbox": selectors.outbox_queue,  # done by the worker of access
}


def rows() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("provodnik_queue_waiting", "Rows not finished", labels=["queue"])
    overdue = GaugeMetricFamily(
        "provodnik_queue_overdue_seconds", "How late the oldest due row is", labels=["queue"]
    )
    for name, look in ROWS.items():
        queue = look()
        waiting.add_metric([name], queue.waiting)
        overdue.add_metric([name], queue.overdue.total_seconds())
    yield from (waiting, overdue)
    yield GaugeMetricFamily(
        "provodnik_reactions_stuck",
        "Reactions that failed again and again",
        selectors.stuck_reactions(),
    )


def for_people() -> Iterator[Metric]:
    people = GaugeMetricFamily(
        "provodnik_calls_for_people", "Genuine calls nobody could settle", labels=["status"]
    )
    for status, count in selectors.calls_for_people().items():
        people.add_metric([status], count)
    yield people


def incidents() -> Iterator[Metric]:
    open_ones = GaugeMetricFamily(
        "provodnik_incidents", "Exceptions that wait for a person", labels=["kind"]
    )
    ages = GaugeMetricFamily(
        "provodnik_incident_seconds", "How long the oldest of them waits", labels=["kind"]
    )
    rows = (
        Incident.objects.filter(status=Incident.Status.OPEN)
        .order_by("kind")
        .values("kind")
        .annotate(n=Count("pk"), oldest=Min("opened_at"))
    )
    for row in rows:
        open_ones.add_metric([row["kind"]], row["n"])
        ages.add_metric([row["kind"]], (now() - row["oldest"]).total_seconds())
    yield from (open_ones, ages)
