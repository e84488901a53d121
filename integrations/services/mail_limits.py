"""How many letters may leave: caps of any 24 hours and of a minute, counted for all processes in one place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from integrations.clock import wall_clock
from integrations.mail.errors import Why
from integrations.models import MailMinute

DAY = timedelta(hours=24)
KEPT = timedelta(days=8)  # for the eyes; the caps need a day
LOCK = 7_243_001  # advisory: whoever counts, counts alone

LOCKED = "SELECT pg_advisory_xact_lock(%s)"
# What stands already, and this letter written down where there is room. `room` NULL: as many as there are.
TAKE = """
WITH seen AS (
    SELECT coalesce(sum(sent), 0) AS day,
           coalesce(sum(sent) FILTER (WHERE minute = %(minute)s), 0) AS minute,
           min(minute) FILTER (WHERE sent > 0) AS oldest
    FROM integrations_mailminute WHERE minute > %(since)s
), taken AS (
    INSERT INTO integrations_mailminute (minute, sent, bulk)
    SELECT %(minute)s, 1, %(bulk)s FROM seen
    WHERE (%(a_day)s::int IS NULL OR day < %(a_day)s) AND (%(a_minute)s::int IS NULL OR minute < %(a_minute)s)
    ON CONFLICT (minute) DO UPDATE
    SET sent = integrations_mailminute.sent + 1, bulk = integrations_mailminute.bulk + excluded.bulk
    RETURNING 1
)
SELECT EXISTS (SELECT FROM taken), (%(a_day)s::int IS NOT NULL AND day >= %(a_day)s), oldest FROM seen
"""


class Wait(NamedTuple):
    """No room: which cap says so, and in how many seconds it may be asked again."""

    why: Why
    seconds: int


class Caps(NamedTuple):
    """Letters a day and a minute; None: as many as there are."""

    day: int | None
    minute: int | None


def caps(*, bulk: bool) -> Caps:
    """Mailings leave a quarter of each minute, and what MAIL_BULK_A_DAY says of the day, to everybody else."""
    a_day, a_minute = settings.MAIL_A_DAY, settings.MAIL_A_MINUTE
    if not bulk:
        return Caps(a_day or None, a_minute or None)
    days = [cap for cap in (a_day, settings.MAIL_BULK_A_DAY) if cap]
    return Caps(min(days, default=None), max(1, a_minute * 3 // 4) if a_minute else None)


def take(*, bulk: bool) -> int:
    """Count one letter that is about to leave. Returns 0, or after how many seconds to ask again: then none leaves."""
    wait = reserve(bulk=bulk)
    return wait.seconds if wait else 0


def reserve(*, bulk: bool) -> Wait | None:
    """As `take`, and says which cap is in the way."""
    at = wall_clock()
    minute = at.replace(second=0, microsecond=0)
    a_day, a_minute = caps(bulk=bulk)
    facts: dict[str, datetime | int | None] = {
        "minute": minute,
        "since": minute - DAY,
        "bulk": int(bulk),
        "a_day": a_day,
        "a_minute": a_minute,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCKED, [LOCK])
        cursor.execute(TAKE, facts)
        is_taken, is_day_full, oldest = cursor.fetchone()
    if is_taken:
        return None
    if is_day_full:
        return Wait(Why.DAY, _until(oldest + DAY + timedelta(minutes=1), at))
    return Wait(Why.MINUTE, _until(minute + timedelta(minutes=1), at))


def give_back(*, bulk: bool) -> None:
    """A letter that was counted surely did not leave."""
    newest = MailMinute.objects.filter(sent__gt=0, minute__gt=wall_clock() - DAY)
    if bulk:
        newest = newest.filter(bulk__gt=0)
    with transaction.atomic():
        row = newest.select_for_update().order_by("-minute").first()
        if row is not None:
            row.sent = F("sent") - 1
            row.bulk = F("bulk") - int(bulk)
            row.save(update_fields=["sent", "bulk"])


def sweep() -> int:
    """Forget minutes nothing asks about any more; returns how many."""
    return MailMinute.objects.filter(minute__lt=wall_clock() - KEPT).delete()[0]


def _until(moment: datetime, at: datetime) -> int:
    return max(1, int((moment - at).total_seconds()) + 1)
