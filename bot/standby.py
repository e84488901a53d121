"""Whose turn it is to poll. Telegram ends a second poller with 409, so one process polls and the others stand by.

The turn is an advisory lock of a PostgreSQL session of its own: it ends by itself with the process or its connection.
Behind a pooler that hands connections on it would be anybody's: so it is taken at DATABASE_SESSION_URL.
"""

from __future__ import annotations

from django.db import Error

from integrations import sessions

POLLING = 4_202  # the lock's key; 4201 is the customers' (payments/services/locks.py)


class Turn:
    """One process's claim to poll. Not to be used by two threads at the same time."""

    def __init__(self) -> None:
        connection = sessions.new()
        options = {**connection.settings_dict["OPTIONS"], "application_name": "provodnik bot turn"}
        # A vanished server is noticed in seconds, not after the operating system's two hours.
        options |= {
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 8000,
        }
        connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
        connection.inc_thread_sharing()  # checked from whichever thread is free
        self._connection = connection

    def take(self) -> bool:
        """Try to get the turn; False while another process has it, or the database is away."""
        return self._ask("SELECT pg_try_advisory_lock(%s)", POLLING)

    def is_ours(self) -> bool:
        """Whether the session that holds the lock is alive. A new session would not hold it."""
        if self._connection.connection is None:
            return False
        return self._ask("SELECT true")

    def give_up(self) -> None:
        self._connection.close()

    def _ask(self, question: str, *parameters: int) -> bool:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(question, parameters)
                return bool(cursor.fetchone()[0])
        except Error:
            self._connection.close()
            return False
