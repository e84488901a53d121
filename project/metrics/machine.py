"""What is not in the database: Redis and the disks of the machine that answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from integrations.services.heartbeats import QUEUES

REDIS_TIMEOUT = 0.8  # seconds, for the connection and for each answer


def redis() -> Iterator[Metric]:
    """Whether it answers, and how many wake-ups lie in it: a queue's list grows while nobody consumes it."""
    up = GaugeMetricFamily("provodnik_redis_up", "Whether Redis answers")
    messages = GaugeMetricFamily(
        "provodnik_broker_messages", "Wake-ups that no worker has taken", labels=["queue"]
    )
    client = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        with client.pipeline(transaction=False) as pipeline:
            for queue in QUEUES:
                pipeline.llen(queue)
            lengths = pipeline.execute()
    except (RedisError, OSError):
        up.add_metric([], 0)
    else:
        up.add_metric([], 1)
        for queue, length in zip(QUEUES, lengths, strict=True):
            messages.add_metric([queue], length)
    finally:
        client.close()
    yield from (up, messages)


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
