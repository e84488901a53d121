from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from project.roles import complete_roles, ensure_roles


class Command(BaseCommand):
    help = (
        "Create the ready roles of the back office that are missing; edited ones stay as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--complete",
            action="store_true",
            help="also give existing ready roles the rights they lack, e.g. after an upgrade",
        )

    def handle(self, *args: Any, complete: bool, **options: Any) -> None:
        created = ensure_roles()
        self.stdout.write(f"roles created: {', '.join(created) or 'none, all were there'}")
        if complete:
            for name, number in complete_roles().items():
                self.stdout.write(f"{name}: {number} rights added")
