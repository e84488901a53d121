from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project.backup.catalogue import finished, read_manifest
from project.backup.errors import BackupRefused
from project.backup.making import make
from project.backup.restoring import check
from project.backup.sealing import new_identity
from project.backup.stores import store_of


class Command(BaseCommand):
    help = "Write an encrypted backup of the database and the files to BACKUP_TO."

    def add_arguments(self, parser: ArgumentParser) -> None:
        others = parser.add_mutually_exclusive_group()
        others.add_argument("--list", action="store_true", help="what lies in BACKUP_TO")
        others.add_argument(
            "--new-key",
            type=Path,
            metavar="FILE",
            help="make an identity file and show its public key, for BACKUP_RECIPIENT",
        )
        others.add_argument(
            "--check", metavar="NAME", help="read a backup as a restore would (or `latest`)"
        )
        parser.add_argument("--identity", type=Path, help="the identity file, for --check")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["new_key"]:
                self._new_key(options["new_key"])
            elif options["list"]:
                self._list()
            elif options["check"]:
                self._check(options["check"], options["identity"])
            else:
                name, made = make()
                self.stdout.write(f"{name}: {_size(made.size)}, {made.files} files")
        except BackupRefused as error:
            raise CommandError(str(error)) from None

    def _new_key(self, path: Path) -> None:
        public = new_identity(path)
        self.stdout.write(f"BACKUP_RECIPIENT={public}")
        self.stderr.write(
            f"{path} opens every backup: keep it away from this server. Nothing replaces it."
        )

    def _list(self) -> None:
        store = store_of(settings.BACKUP_TO, settings.CREDENTIALS)
        names = finished(store)
        for name in names:
            made = read_manifest(store, name)
            self.stdout.write(f"{name}  {_size(made.size):>10}  {made.files} files")
        if not names:
            self.stdout.write("no backups yet")

    def _check(self, name: str, key: Path | None) -> None:
        if key is None:
            raise CommandError("--check needs --identity FILE.")
        name, made = check(name, key=key)
        self.stdout.write(f"{name}: whole, {_size(made.size)}, {made.files} files")


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MiB"
