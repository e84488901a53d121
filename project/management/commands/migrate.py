from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from integrations import sessions


class Command(migrate.Command):
    """Django's own, at DATABASE_SESSION_URL: it sets options of its session, and PGOPTIONS may say how long a lock is
    waited for, which a pooler refuses or forgets.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        """With the checks, which ask the database too, before the work itself."""
        if options["database"] != DEFAULT_DB_ALIAS:
            return super().execute(*args, **options)
        with sessions.everywhere():
            return super().execute(*args, **options)
