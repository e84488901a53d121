"""Running the installation: backups, and the word to systemd."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from project import env

# Where backups go: a folder, or s3://bucket/prefix. Nothing: none are made.
BACKUP_TO = env.text("BACKUP_TO", "")
# The public key of age they are encrypted to; its identity file stays away from the server.
BACKUP_RECIPIENT = env.text("BACKUP_RECIPIENT", "")
BACKUP_S3_URL = env.text("BACKUP_S3_URL", "")
BACKUP_S3_REGION = env.text("BACKUP_S3_REGION", "us-east-1")
# At which hour of TIME_ZONE one is made every day.
BACKUP_HOUR = env.number("BACKUP_HOUR", 4)
# How many days, weeks and months each keep their newest backup.
_keep = env.words("BACKUP_KEEP", "7,4,6")
if len(_keep) != 3 or not all(word.isdecimal() for word in _keep):
    raise ImproperlyConfigured(
        f"BACKUP_KEEP must be days,weeks,months like 7,4,6, not {','.join(_keep)!r}."
    )
BACKUP_KEEP: tuple[int, int, int] = (int(_keep[0]), int(_keep[1]), int(_keep[2]))
# Where PostgreSQL's client programs are; nothing: on the PATH.
PG_BIN = env.text("PG_BIN", "")

# How outside services answer is counted, for /metrics and the alerts.
COUNT_CALLS = True

# What the bot process calls every WATCH_EVERY seconds, so that somebody notices when the workers are dead.
WATCH = "project.alerts.watching.watch"
WATCH_EVERY = env.number("WATCH_EVERY", 15)

# Set by systemd for services of Type=notify.
NOTIFY_SOCKET = env.text("NOTIFY_SOCKET", "")
# Set by the container image: a file whose time is that of the last turn of the process's loop.
PULSE_PATH = env.text("PULSE_PATH", "")

# Entries of CELERY_BEAT_SCHEDULE.
OPERATING_SCHEDULE: dict[str, dict[str, Any]] = {
    "backup": {
        "task": "project.backup",
        "schedule": crontab(hour=str(BACKUP_HOUR), minute="0"),
        "options": {"expires": 3600},
    },
    "watch-alerts": {
        "task": "project.watch_alerts",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "audit-ledgers": {
        "task": "project.audit_ledgers",
        "schedule": crontab(hour=str(BACKUP_HOUR), minute="30"),
        "options": {"expires": 3600},
    },
}
