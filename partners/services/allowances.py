"""How often something may be done in a while: requests of a key or an address, calls to a service that counts them.

Counted in PostgreSQL, by one statement per request: it is up whenever the API is, and Redis may be down. Where even
this statement fails, the request goes on.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from integrations.clock import wall_clock
from partners.models import Allowance

log = structlog.get_logger(__name__)

WINDOW = timedelta(minutes=1)
KEPT = timedelta(hours=1)

# A minute begins with the first request after the last one's end; requests over the limit do not prolong it.
SPEND = """
    INSERT INTO partners_allowance AS mine (who, started_at, used) VALUES (%(who)s, %(now)s, 1)
    ON CONFLICT (who) DO UPDATE SET
        used = CASE WHEN mine.started_at <= %(over)s THEN 1 ELSE LEAST(mine.used + 1, 1000000) END,
        started_at = CASE WHEN mine.started_at <= %(over)s THEN %(now)s ELSE mine.started_at END
    RETURNING used, started_at
"""


def spend(who: str, *, limit: int, window: timedelta = WINDOW) -> int:
    """Count one request; returns the seconds to wait, 0 when there is room. A `limit` of 0 is none.

    `window` is at most KEPT: rows older than that are swept away.
    """
    if limit <= 0:
        return 0
    moment = wall_clock()
    try:
        with connection.cursor() as cursor:
            cursor.execute(SPEND, {"who": who, "now": moment, "over": moment - window})
            used, started_at = cursor.fetchone()
    except DatabaseError as error:
        log.warning("api.uncounted", error=type(error).__name__)
        return 0
    if used <= limit:
        return 0
    left: float = (started_at + window - moment).total_seconds()
    return max(1, round(left))


def sweep() -> int:
    """Take away the rows of who has not asked for an hour; returns how many."""
    removed, _by_model = Allowance.objects.filter(started_at__lt=wall_clock() - KEPT).delete()
    return removed
