"""What is not in the database: Redis and the disks of the machine that answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric
from redis import Redis, RedisError

from integrations.redis_client import connect
from integrations.services.heartbeats import QUEUES

REDIS_TIMEOUT = 0.8  # seconds, for the connection and for each answer


def redis() -> Iterator[Metric]:
    """Whether Redis, and the broker where it is another one, answer; and how many wake-ups lie there.

    A queue's list grows while nobody consumes it.
    """
    up = GaugeMetricFamily("provodnik_redis_up", "Whether Redis answers")
    messages = GaugeMetricFamily(
        "provodnik_broker_messages", "Wake-ups that no worker has taken", labels=["queue"]
    )
    try:
        if settings.REDIS_URL != settings.CELERY_BROKER_URL:
            with connected(settings.REDIS_URL) as client:
                client.ping()
        with connected(settings.CELERY_BROKER_URL) as broker:
            lengths = {queue: broker.llen(queue) for queue in QUEUES}
    except (RedisError, OSError):
        up.add_metric([], 0)
    else:
        up.add_metric([], 1)
        for queue, length in lengths.items():
            messages.add_metric([queue], length)
    yield from (up, messages)


def connected(url: str) -> Redis:
    """A frozen server costs REDIS_TIMEOUT, never a retry."""
    return connect(url, seconds=REDIS_TIMEOUT, is_repeated=False)


def disks() -> Iterator[Metric]:
    """Free space where files of people and backups are written; of no folder that is not there yet."""
    free = GaugeMetricFamily(
        "provodnik_disk_free_ratio", "Free space, of the whole disk", labels=["folder"]
    )
    for name, path in folders().items():
        if path.is_dir():
            usage = shutil.disk_usage(path)
            free.add_metric([name], usage.free / usage.total)
    yield free


def folders() -> dict[str, Path]:
    found = {"media": Path(settings.MEDIA_ROOT)}
    if settings.BACKUP_TO and "://" not in settings.BACKUP_TO:
        found["backup"] = Path(settings.BACKUP_TO)
    return found
