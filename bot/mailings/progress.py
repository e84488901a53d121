"""How a mailing is getting on, for the eyes of staff: counted at most every few seconds, however many look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.cache import cache
from django.db.models import Count
from redis import RedisError

from bot.models import Mailing, Recipient
from integrations.clock import now, wall_clock

log = structlog.get_logger(__name__)

State = Recipient.State
COUNTED_FOR = 3  # seconds; of a mailing that has ended, a minute
ENDED_FOR = 60
MEASURED_OVER = 20.0  # seconds at least between the two counts a rate is made of
MARK_KEPT = 600
LEFT = (State.WAITING, State.SENDING)
ENDED = (Mailing.Status.DONE, Mailing.Status.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`counts` has every state, most of them zero. `a_second` and `ends_at` are known while it runs."""

    total: int
    counts: dict[str, int]
    done: int  # dealt with, whatever became of them
    percent: int
    a_second: float | None
    ends_at: datetime | None
    clicked: int
    unsubscribed: int


def progress(mailing: Mailing) -> Progress:
    found = _counted(mailing)
    counts = {state: found.get(state, 0) for state in State.values}
    left = sum(counts[state] for state in LEFT)
    total = max(mailing.total, sum(counts.values()))
    done = total - left
    pace = _pace(mailing, done) if mailing.status == Mailing.Status.RUNNING else None
    return Progress(
        total=total,
        counts=counts,
        done=done,
        percent=100 * done // total if total else 0,
        a_second=pace,
        ends_at=now() + timedelta(seconds=left / pace) if pace else None,
        clicked=found.get("clicked", 0),
        unsubscribed=found.get("unsubscribed", 0),
    )


def report(mailing: Mailing) -> Iterator[dict[str, Any]]:
    """A row for each recipient, read from the database as it is written out."""
    rows = Recipient.objects.filter(mailing=mailing).order_by("pk")
    facts = (
        "address",
        "language",
        "state",
        "attempts",
        "sent_at",
        "clicked_at",
        "unsubscribed_at",
        "error",
    )
    for row in rows.values(*facts).iterator(chunk_size=2000):
        yield {**row, "state": str(State(row["state"]).label)}


def _counted(mailing: Mailing) -> dict[str, int]:
    kept: dict[str, int] | None = _kept(f"mailing:{mailing.pk}:counts")
    if kept is not None:
        return kept
    rows = Recipient.objects.filter(mailing=mailing)
    found = dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
    found |= rows.aggregate(clicked=Count("clicked_at"), unsubscribed=Count("unsubscribed_at"))
    _keep(
        f"mailing:{mailing.pk}:counts", found, ENDED_FOR if mailing.status in ENDED else COUNTED_FOR
    )
    return found


def _pace(mailing: Mailing, done: int) -> float | None:
    """Recipients a second since an earlier look, at first since the beginning."""
    key, moment = f"mailing:{mailing.pk}:mark", wall_clock()
    mark: dict[str, Any] | None = _kept(key)
    if mark is None:
        _keep(key, {"at": moment, "done": done}, MARK_KEPT)
        if mailing.started_at is None or not done:
            return None
        since = (now() - mailing.started_at).total_seconds()
        return done / since if since > 0 else None
    passed = (moment - mark["at"]).total_seconds()
    if passed < 1:
        known: float | None = mark.get("pace")
        return known
    pace = (done - mark["done"]) / passed
    if passed > MEASURED_OVER:
        _keep(key, {"at": moment, "done": done, "pace": pace}, MARK_KEPT)
    return pace if pace > 0 else None


def _kept(key: str) -> Any:
    """Nothing where Redis is away: then it is counted each time."""
    try:
        return cache.get(key)
    except (RedisError, OSError) as error:
        log.warning("mailing.progress_not_kept", error=type(error).__name__)
        return None


def _keep(key: str, value: Any, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except (RedisError, OSError) as error:
        log.warning("mailing.progress_not_kept", error=type(error).__name__)
