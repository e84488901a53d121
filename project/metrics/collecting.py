"""All families of figures, in one read-only look at the database."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from project.metrics import alerts, machine, messages, money, processes, providers, queues, registry

SCRAPE_TIMEOUT = "8s"  # below Prometheus' own 10
# These read whole tables, and no rule asks for them.
FOR_CHARTS = (money.payments, money.sums, money.lately)
OF_THE_DATABASE = (
    money.access,
    queues.rows,
    queues.for_people,
    queues.incidents,
    messages.notices,
    messages.letters,
    messages.mailings,
    providers.refused,
    providers.services,
    processes.heartbeats_of,
    processes.chores,
    processes.database,
    registry.registry,
    alerts.firing,
)
ELSEWHERE = (machine.redis, machine.disks)


class Figures(Collector):
    """All that is exported; without `for_charts` what the alerts are judged by, many times a minute."""

    def __init__(self, *, for_charts: bool = True) -> None:
        self._families = (*(FOR_CHARTS if for_charts else ()), *OF_THE_DATABASE)

    def describe(self) -> list[Metric]:
        return []  # else registering alone would read everything

    def collect(self) -> Iterator[Metric]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{SCRAPE_TIMEOUT}'")
            for family in self._families:
                yield from family()
        for look in ELSEWHERE:
            yield from look()
