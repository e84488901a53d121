from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from integrations import sessions


class Command(migrate.Command):
    """Django's own, at DATABASE_SESSION_URL: it sets options of its session, and PGOPTIONS may say how long a lock is
    waited for, which a pooler refuses or forgets.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != DEFAULT_DB_ALIAS:
            super().handle(*args, **options)
            return
        with sessions.everywhere():
            super().handle(*args, **options)
