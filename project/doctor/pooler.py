"""Whether something stands between us and PostgreSQL that gives a session to one of us after the other."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from integrations import sessions
from project.doctor.findings import Finding, failed, fine, warning

LOOKS = 5
# What two addresses of one database answer alike, and two databases do not.
IDENTITY = (
    "SELECT current_database(), (SELECT oid FROM pg_database WHERE datname = current_database()),"
    " pg_postmaster_start_time()"
)
PAST_IT = "Set DATABASE_SESSION_URL to the database's own address, past the pooler."


def pooler() -> list[Finding]:
    """Nothing is said where none stands there. Raises DatabaseError."""
    place = connection.settings_dict
    is_divided = divides(place)
    found: list[Finding] = []
    if is_divided and not settings.DB_POOLER:
        found.append(
            failed(
                "Pooler",
                "DATABASE_URL leads to one that hands a connection on after each transaction",
                "Set DB_POOLER=true. " + PAST_IT,
            )
        )
    elif is_divided and settings.DATABASE_SESSION is None:
        level = failed if settings.BOT_MODE == "polling" else warning
        what = "polling, migrations and backups have no session of their own"
        found.append(level("Pooler", what, PAST_IT))
    elif is_divided:
        found.append(fine("Pooler", "hands connections on after each transaction, as it is set"))
    if settings.DATABASE_SESSION is not None:
        found.append(_session())
    return found


def divides(place: dict[str, Any]) -> bool:
    """Whether two connections that are open at once were ever served by one process of the server.

    Only pids are compared: whatever else one could try would stay behind in a session that is not ours.
    """
    at = sessions.past_the_pool(place)
    with closing(sessions.new(at)) as one, closing(sessions.new(at)) as other:
        first, second = set(), set()
        for _ in range(LOOKS):
            first.add(_served_by(one))
            second.add(_served_by(other))
    return bool(first & second) or len(first) > 1 or len(second) > 1


def _session() -> Finding:
    try:
        if divides(sessions.place()):
            return failed(
                "Session", "DATABASE_SESSION_URL leads to a pooler that divides them", PAST_IT
            )
        with closing(sessions.new()) as own:
            theirs = _row(own, IDENTITY)
    except (DatabaseError, psycopg.Error) as error:
        words = f"{type(error).__name__}: {error}".strip()
        return failed("Session", words, "Check DATABASE_SESSION_URL.")
    if theirs != _row(connection, IDENTITY):
        return failed(
            "Session",
            "DATABASE_SESSION_URL is another database than DATABASE_URL",
            "Both must lead to the same one.",
        )
    return fine("Session", "DATABASE_SESSION_URL is the same database")


def _served_by(own: BaseDatabaseWrapper) -> int:
    pid: int = _row(own, "SELECT pg_backend_pid()")[0]
    return pid


def _row(own: BaseDatabaseWrapper, question: str) -> tuple[Any, ...]:
    with own.cursor() as cursor:
        cursor.execute(question)
        found: tuple[Any, ...] = cursor.fetchone()
    return found
