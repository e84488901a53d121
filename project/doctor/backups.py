from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from integrations.clock import wall_clock
from integrations.services import heartbeats
from project.backup.errors import BackupRefused
from project.backup.making import PULSE
from project.backup.sealing import recipient
from project.doctor.findings import Finding, ago, failed, fine, warning

LATE = timedelta(hours=26)  # one a day, and the time it takes


def backups() -> list[Finding]:
    """Whether they are made at all, and how old the newest is."""
    if not settings.BACKUP_TO:
        hint = "Set BACKUP_TO and BACKUP_RECIPIENT: docs/backups.md."
        return [warning("Backups", "none are made", hint)]
    try:
        recipient(settings.BACKUP_RECIPIENT)
    except BackupRefused as error:
        return [failed("Backups", str(error), "manage.py backup --new-key FILE makes one.")]
    last = heartbeats.last(PULSE)
    if last is None:
        return [failed("Backups", "none was made yet", "Run: manage.py backup")]
    age = wall_clock() - last.seen_at
    size = int(last.details.get("bytes", 0)) / 1024 / 1024
    said = f"{last.details.get('backup', '')}, {size:.1f} MiB, {ago(age.total_seconds())} ago"
    if age > LATE:
        return [failed("Backups", said, "Is beat running? Run: manage.py backup")]
    return [fine("Backups", said)]
