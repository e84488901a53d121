"""/metrics for Prometheus.

Every figure is read from PostgreSQL at the scrape, so that it is the same whichever process answers and survives
every restart. Nothing is counted in memory.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from integrations import selectors
from integrations.clock import now
from integrations.services import heartbeats
from partners.selectors import checking
from payments.models import Incident, MoneyEntry, Payment

SCRAPE_TIMEOUT = "8s"  # below Prometheus' own 10
LATELY = timedelta(hours=1)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
QUANTILES = (0.5, 0.95, 1.0)
ACCESS_TIMES = """
SELECT percentile_cont(%s::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM access_at - paid_at))
FROM payments_payment
WHERE created_at > %s AND paid_at > %s AND access_at IS NOT NULL
"""


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not allowed(request):
        return HttpResponse("not found", status=404, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(DatabaseFigures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def allowed(request: HttpRequest) -> bool:
    """With METRICS_TOKEN its bearer only; without one nobody but a sandbox's own machine."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        expected = f"Bearer {settings.METRICS_TOKEN}"
        return hmac.compare_digest(given.encode(), expected.encode())
    return bool(settings.SANDBOX) and request.META.get("REMOTE_ADDR") in LOOPBACK


class DatabaseFigures(Collector):
    def describe(self) -> list[Metric]:
        return []  # else registering alone would read everything

    def collect(self) -> Iterator[Metric]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{SCRAPE_TIMEOUT}'")
            yield from [
                *payments(),
                *money(),
                *access(),
                *queues(),
                *incidents(),
                *processes(),
                *registry(),
            ]


def payments() -> Iterator[Metric]:
    gauge = GaugeMetricFamily("provodnik_payments", "Payments by status", labels=["status"])
    counts = dict(Payment.objects.order_by().values_list("status").annotate(n=Count("pk")))
    for status in Payment.Status.values:
        gauge.add_metric([status], counts.get(status, 0))
    yield gauge


def money() -> Iterator[Metric]:
    gauge = GaugeMetricFamily(
        "provodnik_money",
        "Sums in the ledger since the beginning",
        labels=["provider", "kind", "currency"],
    )
    rows = (
        MoneyEntry.objects.order_by()
        .values_list("payment__provider", "kind", "currency")
        .annotate(total=Sum("amount"))
    )
    for provider, kind, currency, total in rows:
        gauge.add_metric([provider, kind, currency], float(total))
    yield gauge


def access() -> Iterator[Metric]:
    """Between money in and access given."""
    waiting = Payment.objects.filter(status=Payment.Status.PAID).exclude(
        access=Payment.Access.GRANTED
    )
    found = waiting.order_by().aggregate(n=Count("pk"), oldest=Min("paid_at"))
    lag = now() - found["oldest"] if found["oldest"] else timedelta()
    yield GaugeMetricFamily("provodnik_paid_without_access", "Paid, access not given", found["n"])
    yield GaugeMetricFamily(
        "provodnik_paid_without_access_seconds", "How long the oldest waits", lag.total_seconds()
    )
    gauge = GaugeMetricFamily(
        "provodnik_access_seconds", "From money in to access, last hour", labels=["quantile"]
    )
    with connection.cursor() as cursor:
        since = now() - LATELY
        cursor.execute(ACCESS_TIMES, [list(QUANTILES), since - timedelta(days=1), since])
        times = cursor.fetchone()[0]
    for quantile, seconds in zip(QUANTILES, times or (), strict=False):
        gauge.add_metric([str(quantile)], seconds)
    yield gauge


def queues() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("provodnik_queue_waiting", "Rows not finished", labels=["queue"])
    overdue = GaugeMetricFamily(
        "provodnik_queue_overdue_seconds", "How late the oldest due row is", labels=["queue"]
    )
    for name, queue in (
        ("inbox", selectors.inbox_queue()),
        ("outbox", selectors.outbox_queue()),
    ):
        waiting.add_metric([name], queue.waiting)
        overdue.add_metric([name], queue.overdue.total_seconds())
    people = GaugeMetricFamily(
        "provodnik_calls_for_people", "Genuine calls nobody could settle", labels=["status"]
    )
    for status, count in selectors.calls_for_people().items():
        people.add_metric([status], count)
    refused = GaugeMetricFamily(
        "provodnik_calls_refused_24h", "Calls not accepted", labels=["source", "verdict"]
    )
    for refusal in selectors.refused_lately():
        refused.add_metric([refusal.source, refusal.verdict], refusal.count)
    yield from (waiting, overdue, people, refused)


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


def processes() -> Iterator[Metric]:
    gauge = GaugeMetricFamily(
        "provodnik_heartbeat_age_seconds", "Since the process was last seen", labels=["process"]
    )
    for name, age in heartbeats.ages().items():
        gauge.add_metric([name], age.total_seconds())
    yield gauge


def registry() -> Iterator[Metric]:
    """Partners' applications, and how the tax service answers."""
    waiting = GaugeMetricFamily(
        "provodnik_applications_open", "Applications without a decision", labels=["check"]
    )
    for state, count in checking.waiting().items():
        waiting.add_metric([state], count)
    yield waiting
    yield GaugeMetricFamily(
        "provodnik_fns_failures_24h", "Calls the tax service did not answer", checking.failures()
    )
    yield GaugeMetricFamily(
        "provodnik_fns_paused", "Reasons not to ask the tax service now", len(checking.pauses())
    )
    yield GaugeMetricFamily(
        "provodnik_partners_overdue", "Partners overdue for a new look", checking.overdue_partners()
    )
