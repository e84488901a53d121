"""What this installation itself thinks is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric

from integrations.models import Alert


def firing() -> Iterator[Metric]:
    gauge = GaugeMetricFamily(
        "provodnik_alerts", "Alerts that staff were told of", labels=["alert", "severity"]
    )
    rows = Alert.objects.filter(state=Alert.State.FIRING).order_by("name")
    for name, severity, count in rows.values_list("name", "severity").annotate(n=Count("pk")):
        gauge.add_metric([name, severity], count)
    yield gauge
