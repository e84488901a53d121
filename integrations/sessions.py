"""PostgreSQL connections that are one session from beginning to end.

A pooler that hands a connection on after each transaction (PgBouncer with pool_mode=transaction, Supabase at port
6543) is enough for almost everything here: locks and timeouts end with their transaction. What needs the same session
twice asks for it here, and gets one at DATABASE_SESSION_URL: the polling turn, migrations, backups and their way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def place() -> dict[str, Any]:
    """Django's settings of such a connection: those of DATABASE_URL where no other address is given."""
    ours: dict[str, Any] = connection.settings_dict
    return past_the_pool({**ours, **(settings.DATABASE_SESSION or {})})


def new(at: dict[str, Any] | None = None) -> BaseDatabaseWrapper:
    """A connection of one's own, not yet open; `at` names another place. Whoever takes it closes it."""
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    own.settings_dict = at or place()
    return own


def past_the_pool(at: dict[str, Any]) -> dict[str, Any]:
    """Without a pool in this process: a connection of it would outlive whoever closes it."""
    return {**at, "OPTIONS": {name: one for name, one in at["OPTIONS"].items() if name != "pool"}}


@contextmanager
def everywhere() -> Iterator[None]:
    """This thread's usual connection is such a session meanwhile. Not inside a transaction."""
    if settings.DATABASE_SESSION is None:
        yield
        return
    usual = connection.settings_dict
    connection.close()
    connection.settings_dict = place()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual
