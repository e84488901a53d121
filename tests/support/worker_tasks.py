"""Tasks that only tests have: what they leave behind shows how often, where and over which connection they ran."""

from __future__ import annotations

import os
import time

from celery import shared_task
from django.db import connection

from integrations.models import Heartbeat


@shared_task(name="tests.note")
def note(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    Heartbeat.objects.create(name=name, details={"pid": os.getpid(), "backend": backend})


@shared_task(name="tests.slow_at_first")
def slow_at_first(name: str) -> None:
    """Hangs in its first run, for a test to kill; any later one ends at once."""
    runs = Heartbeat.objects.filter(name__startswith=f"{name}:").count()
    Heartbeat.objects.create(name=f"{name}:{runs + 1}", details={"pid": os.getpid()})
    if not runs:
        time.sleep(20)
