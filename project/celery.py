from __future__ import annotations

import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun
from django.db import close_old_connections
from kombu.transport.redis import QoS

from project import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.production")

# Our messages are only wake-ups, so there is nothing to give back when a connection ends; giving them back over a dead
# one ends the worker (kombu 5.7: AttributeError in _connparams, "Unrecoverable error").
QoS.restore_at_shutdown = False

app = Celery("provodnik")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_our_logs(**_: Any) -> None:
    """With a receiver here Celery installs no handlers of its own: its lines look and hide like all others."""
    logs.configure({})


@task_prerun.connect
def begin_task(task_id: str, task: Any, **_: Any) -> None:
    """Name the task in its log lines; drop a dead connection, instead of reconnecting around every task."""
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)
    close_old_connections()


@task_postrun.connect
def end_task(**_: Any) -> None:
    structlog.contextvars.clear_contextvars()
