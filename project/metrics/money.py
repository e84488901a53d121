"""What was paid, and whether it bought what it should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Min, Sum
from prometheus_client.core import GaugeMetricFamily, Metric

from integrations.clock import now
from payments.models import MoneyEntry, Payment

LATELY = timedelta(hours=1)
QUANTILES = (0.5, 0.95, 1.0)
ACCESS_TIMES = """
SELECT percentile_cont(%s::float8[]) WITHIN GROUP (ORDER BY extract(epoch FROM access_at - paid_at))
FROM payments_payment
WHERE created_at > %s AND paid_at > %s AND access_at IS NOT NULL
"""


def payments() -> Iterator[Metric]:
    gauge = GaugeMetricFamily("provodnik_payments", "Payments by status", labels=["status"])
    counts = dict(Payment.objects.order_by().values_list("status").annotate(n=Count("pk")))
    for status in Payment.Status.values:
        gauge.add_metric([status], counts.get(status, 0))
    yield gauge


def sums() -> Iterator[Metric]:
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


def lately() -> Iterator[Metric]:
    """What came in and what was ordered within the last hour, by payment system."""
    since = now() - LATELY
    income = GaugeMetricFamily(
        "provodnik_money_in_1h", "Captured in the last hour", labels=["provider", "currency"]
    )
    captures = GaugeMetricFamily(
        "provodnik_captures_1h", "Payments captured in the last hour", labels=["provider"]
    )
    orders = GaugeMetricFamily(
        "provodnik_orders_1h", "Invoices made in the last hour", labels=["provider"]
    )
    counted = Counter[str]()
    entries = (
        MoneyEntry.objects.filter(created_at__gte=since, kind=MoneyEntry.Kind.CAPTURE)
        .order_by()
        .values_list("payment__provider", "currency")
        .annotate(total=Sum("amount"), n=Count("pk"))
    )
    for provider, currency, total, count in entries:
        income.add_metric([provider, currency], float(total))
        counted[provider] += count
    for provider, count in counted.items():
        captures.add_metric([provider], count)
    made = Payment.objects.filter(created_at__gte=since).order_by().values_list("provider")
    for provider, count in made.annotate(n=Count("pk")):
        orders.add_metric([provider], count)
    yield from (income, captures, orders)


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
