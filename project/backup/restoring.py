"""The way back: looked at first, files beside those that are there, then all of the database or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection

from project.backup import database, files
from project.backup.catalogue import finished, read_manifest
from project.backup.errors import BackupRefused
from project.backup.manifest import DATABASE, FILES, Manifest
from project.backup.sealing import Identity, Measured, identity, opened
from project.backup.stores import Store, store_of

log = structlog.get_logger(__name__)

BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    name: str
    manifest: Manifest
    files: int


def check(name: str, *, key: Path) -> tuple[str, Manifest]:
    """Read a whole backup as a restore would, and change nothing; `latest` is the newest. Raises BackupRefused."""
    store, opener = _store(), identity(key)
    name = _named(store, name)
    made = read_manifest(store, name)
    for part in (DATABASE, FILES):
        _look_through(store, name, part, made, opener)
    return name, made


def restore(
    name: str, *, key: Path, replace: bool, say: Callable[[str], None] = lambda _text: None
) -> Restored:
    """Bring back the database and the files of a backup.

    The whole of it is read and compared before anything is changed. Without `replace` only an empty database is
    filled. Raises BackupRefused.
    """
    if not replace and not database.is_empty():
        raise BackupRefused("The database is not empty. --replace replaces everything in it.")
    name, made = check(name, key=key)
    say(f"{name}: whole, and opens with this identity")
    store, opener = _store(), identity(key)
    connection.close()
    # The files first, beside: a disk that is full for them must not leave a database without its files.
    with store.get(f"{name}/{FILES}") as sealed, opened(sealed, opener) as stream:
        count = files.unpack(stream)
    try:
        with store.get(f"{name}/{DATABASE}") as sealed, opened(sealed, opener) as stream:
            database.restore(stream)
    except BaseException:
        files.forget()
        raise
    say("database restored")
    files.put_in_place()
    say(f"files restored: {count}")
    log.info("backup.restored", name=name, files=count)
    return Restored(name, made, count)


def _look_through(store: Store, name: str, part: str, made: Manifest, opener: Identity) -> None:
    """Every byte, as it lies there and as it opens."""
    expected = made.parts.get(part)
    with store.get(f"{name}/{part}") as sealed:
        measured = Measured(sealed)
        with opened(measured, opener) as stream:
            while stream.read(BLOCK):
                pass
        while measured.read(BLOCK):
            pass
    if expected is None or (measured.size, measured.sha256) != (expected.size, expected.sha256):
        raise BackupRefused(f"{name}/{part} is not what was written there.")


def _store() -> Store:
    return store_of(settings.BACKUP_TO, settings.CREDENTIALS)


def _named(store: Store, name: str) -> str:
    if name != "latest":
        return name
    names = finished(store)
    if not names:
        raise BackupRefused("There is no finished backup.")
    return names[-1]
