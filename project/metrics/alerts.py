"""What this installation itself thinks is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric

from integrations.clock import wall_clock
from integrations.models import Alert
from integrations.services import heartbeats

PULSE = "alerts"  # the heartbeat that tells when they were last judged


def firing() -> Iterator[Metric]:
    gauge = GaugeMetricFamily(
        "provodnik_alerts", "Alerts that staff were told of", labels=["alert", "severity"]
    )
    rows = Alert.objects.filter(state=Alert.State.FIRING).order_by("name")
    for name, severity, count in rows.values_list("name", "severity").annotate(n=Count("pk")):
        gauge.add_metric([name, severity], count)
    yield gauge
    judged = heartbeats.last(PULSE)
    yield GaugeMetricFamily(
        "provodnik_alerts_age_seconds",
        "Since somebody last looked for trouble",
        (wall_clock() - judged.seen_at).total_seconds() if judged else inf,
    )
