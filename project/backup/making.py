"""Making a backup, and clearing out what is too old."""

from __future__ import annotations

import io

import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from integrations.clock import wall_clock
from integrations.services import heartbeats
from project.backup import database, files, manifest, retention
from project.backup.catalogue import finished, parts_of
from project.backup.manifest import DATABASE, FILES, MANIFEST, Manifest, Part, name_of
from project.backup.sealing import Key, Measured, Readable, recipient, sealed
from project.backup.stores import Store, store_of

log = structlog.get_logger(__name__)

PULSE = "backup"  # the heartbeat that tells when the last one was finished


def make() -> tuple[str, Manifest]:
    """Write a backup to BACKUP_TO and forget those that are too old; returns its name. Raises BackupRefused."""
    key = recipient(settings.BACKUP_RECIPIENT)
    store = store_of(settings.BACKUP_TO, settings.CREDENTIALS)
    name = name_of(wall_clock())
    migrations = _migrations()
    # The database first: a file that comes in between stands in the archive without a row, never the other way.
    with database.dumped() as stream:
        dump = _put(store, f"{name}/{DATABASE}", stream, key)
    with files.packed() as package:
        archive = _put(store, f"{name}/{FILES}", package, key)
    made = Manifest(
        made_at=manifest.moment_of(name).isoformat(),
        migrations=migrations,
        files=package.count,
        parts={DATABASE: dump, FILES: archive},
    )
    store.put(f"{name}/{MANIFEST}", io.BytesIO(made.to_bytes()))
    gone = clear(store)
    heartbeats.beat(PULSE, backup=name, bytes=made.size)
    log.info("backup.made", name=name, bytes=made.size, files=made.files, removed=len(gone))
    return name, made


def clear(store: Store) -> list[str]:
    """Remove what BACKUP_KEEP does not keep, and unfinished ones older than the newest; returns their names."""
    names = finished(store)
    days, weeks, months = settings.BACKUP_KEEP
    keep = retention.kept(names, days=days, weeks=weeks, months=months)
    newest = max(names, default="")
    gone = []
    for name, parts in parts_of(store).items():
        if name in keep or name > newest:
            continue
        # The manifest first: what is half removed is unfinished.
        for part in sorted(parts, key=lambda part: part != MANIFEST):
            store.delete(f"{name}/{part}")
        gone.append(name)
    return gone


def _put(store: Store, name: str, source: Readable, key: Key) -> Part:
    with sealed(source, key) as stream:
        measured = Measured(stream)
        store.put(name, measured)
    return Part(size=measured.size, sha256=measured.sha256)


def _migrations() -> dict[str, str]:
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    return dict(applied)
