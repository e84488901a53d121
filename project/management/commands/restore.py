from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from project.backup.errors import BackupRefused
from project.backup.restoring import restore


class Command(BaseCommand):
    help = (
        "Bring back the database and the files of a backup, then look whether every ledger adds up."
    )
    requires_system_checks = []  # the database may be empty

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as `backup --list` shows it, or `latest`")
        parser.add_argument("--identity", type=Path, required=True, help="the identity file of age")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="replace everything in a database that is not empty",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = restore(
                options["name"],
                key=options["identity"],
                replace=options["replace"],
                say=self.stdout.write,
            )
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        # Made by an older version: bring it up to date, as an upgrade would.
        call_command("migrate", verbosity=0)
        call_command("audit_ledgers", stdout=self.stdout)
        self.stdout.write(f"{restored.name} is back.")
