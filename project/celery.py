from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.production")

app = Celery("provodnik")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def check_connection(**_: Any) -> None:
    """Drop a dead connection before a task, instead of reconnecting around every one."""
    close_old_connections()
