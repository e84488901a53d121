from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from partners.selectors import checking


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
