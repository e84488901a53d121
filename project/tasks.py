"""What the installation does for itself by the clock."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from project import ledger_audit
from project.alerts import watching
from project.backup.making import make


@shared_task(name="project.backup")
def backup() -> str:
    """Every day at BACKUP_HOUR, where BACKUP_TO is set; returns the backup's name."""
    if not settings.BACKUP_TO:
        return ""
    name, _made = make()
    return name


@shared_task(name="project.audit_ledgers")
def audit_ledgers() -> int:
    """Every night; returns how many differences there are."""
    return ledger_audit.audit()


@shared_task(name="project.watch_alerts")
def watch_alerts() -> int:
    """Beside the bot process, which does the same; returns how many alerts fire."""
    return watching.watch()
