"""How outside services treat us, and we them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Max, Sum
from prometheus_client.core import GaugeMetricFamily, Metric

from integrations import selectors
from integrations.clock import wall_clock
from integrations.models import ServiceMinute

LATELY = timedelta(minutes=10)
FEWEST = 5  # calls; of fewer no share is worth a look


def refused() -> Iterator[Metric]:
    """Calls that came to us and were not accepted."""
    day = GaugeMetricFamily(
        "provodnik_calls_refused_24h", "Calls not accepted", labels=["source", "verdict"]
    )
    for refusal in selectors.refused_lately():
        day.add_metric([refusal.source, refusal.verdict], refusal.count)
    minutes = GaugeMetricFamily(
        "provodnik_calls_refused_10m", "Calls not accepted in 10 minutes", labels=["source"]
    )
    counted = Counter[str]()
    for refusal in selectors.refused_lately(LATELY):
        counted[refusal.source] += refusal.count
    for source, count in counted.items():
        minutes.add_metric([source], count)
    yield from (day, minutes)


def services() -> Iterator[Metric]:
    """Our calls to others, of the last 10 minutes."""
    calls = GaugeMetricFamily("provodnik_service_calls_10m", "Calls we made", labels=["service"])
    errors = GaugeMetricFamily(
        "provodnik_service_errors_10m", "Calls without a usable answer", labels=["service"]
    )
    share = GaugeMetricFamily(
        "provodnik_service_error_ratio",
        "The share of those, of 5 calls and more",
        labels=["service"],
    )
    mean = GaugeMetricFamily("provodnik_service_seconds", "Time of a call", labels=["service"])
    longest = GaugeMetricFamily("provodnik_service_max_seconds", "The longest", labels=["service"])
    skew = GaugeMetricFamily(
        "provodnik_clock_skew_seconds", "How far its clock is from ours", labels=["service"]
    )
    since = wall_clock() - LATELY
    rows = (
        ServiceMinute.objects.filter(minute__gte=since)
        .order_by("service")
        .values("service")
        .annotate(n=Sum("calls"), bad=Sum("errors"), ms=Sum("total_ms"), worst=Max("max_ms"))
    )
    for row in rows:
        service = [row["service"]]
        calls.add_metric(service, row["n"])
        errors.add_metric(service, row["bad"])
        mean.add_metric(service, float(row["ms"]) / row["n"] / 1000)
        longest.add_metric(service, row["worst"] / 1000)
        if row["n"] >= FEWEST:
            share.add_metric(service, row["bad"] / row["n"])
    told = ServiceMinute.objects.filter(minute__gte=since, skew__isnull=False)
    last = told.order_by("service", "-minute").distinct("service")
    for service_name, seconds in last.values_list("service", "skew"):
        skew.add_metric([service_name], abs(seconds or 0))
    yield from (calls, errors, share, mean, longest, skew)
