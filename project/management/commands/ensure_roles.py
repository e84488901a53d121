from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from project.roles import ensure_roles


class Command(BaseCommand):
    help = (
        "Create the ready roles of the back office that are missing; edited ones stay as they are."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        created = ensure_roles()
        self.stdout.write(f"roles created: {', '.join(created) or 'none, all were there'}")
