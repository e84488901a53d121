"""Who is alive, what is done once a day, and the database they all share."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric

from integrations.clock import wall_clock
from integrations.models import Heartbeat
from integrations.services import heartbeats
from project.backup.making import PULSE as BACKUP
from project.ledger_audit import PULSE as AUDIT

NEVER = float("inf")
DATABASE = """
SELECT pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int
"""


def heartbeats_of() -> Iterator[Metric]:
    """A process that was never seen has been silent for ever."""
    age = GaugeMetricFamily(
        "provodnik_heartbeat_age_seconds", "Since the process was last seen", labels=["process"]
    )
    count = GaugeMetricFamily(
        "provodnik_process_machines", "On how many machines it is alive", labels=["process"]
    )
    ages, machines = heartbeats.ages(), heartbeats.machines()
    for name in heartbeats.PROCESSES:
        age.add_metric([name], ages[name].total_seconds() if name in ages else NEVER)
        count.add_metric([name], machines.get(name, 0))
    yield from (age, count)


def chores() -> Iterator[Metric]:
    backup = GaugeMetricFamily("provodnik_backup_age_seconds", "Since the last backup was made")
    if settings.BACKUP_TO:
        backup.add_metric([], _age(heartbeats.last(BACKUP)))
    audit = heartbeats.last(AUDIT)
    age = GaugeMetricFamily(
        "provodnik_ledger_audit_age_seconds", "Since the ledgers were last compared"
    )
    differences = GaugeMetricFamily("provodnik_ledger_differences", "What the audit has found")
    if audit is not None:  # the first night is still to come
        age.add_metric([], _age(audit))
        differences.add_metric([], float(audit.details.get("differences", 0)))
    yield from (backup, age, differences)


def database() -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(DATABASE)
        size, used, most = cursor.fetchone()
    yield GaugeMetricFamily("provodnik_database_bytes", "Size of the database", size)
    yield GaugeMetricFamily(
        "provodnik_database_connections_ratio",
        "Connections in use, of all the server has",
        used / most,
    )


def _age(seen: Heartbeat | None) -> float:
    return (wall_clock() - seen.seen_at).total_seconds() if seen else NEVER
