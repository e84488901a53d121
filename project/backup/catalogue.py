"""What lies in a store."""

from __future__ import annotations

from collections import defaultdict

from project.backup import manifest
from project.backup.errors import BackupRefused
from project.backup.manifest import MANIFEST, NAME, Manifest
from project.backup.stores import Store

LARGEST_MANIFEST = 64 * 1024


def parts_of(store: Store) -> dict[str, list[str]]:
    """The files of each backup, finished or not. What is none of ours is left alone."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in store.names():
        name, slash, part = path.partition("/")
        if slash and NAME.fullmatch(name) and "/" not in part:
            found[name].append(part)
    return dict(found)


def finished(store: Store) -> list[str]:
    """Names of the backups that can be restored, oldest first."""
    return sorted(name for name, parts in parts_of(store).items() if MANIFEST in parts)


def read_manifest(store: Store, name: str) -> Manifest:
    """Raises BackupRefused."""
    if name not in finished(store):
        raise BackupRefused(f"There is no finished backup {name!r}: see `manage.py backup --list`.")
    with store.get(f"{name}/{MANIFEST}") as stream:
        return manifest.read(stream.read(LARGEST_MANIFEST))
