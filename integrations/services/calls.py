"""What becomes of one stored call of any source: done, tried again later, or a person's case."""

from __future__ import annotations

from datetime import timedelta

import structlog

from integrations.clock import wall_clock
from integrations.errors import IntegrationError, ServiceUnreachable
from integrations.models import InboundCallback

log = structlog.get_logger(__name__)

DEAD_AFTER = 20  # attempts of a row that breaks for a reason of its own; a person looks at it then
LONGEST_WAIT = timedelta(minutes=10)

Status = InboundCallback.Status


def retry(
    row: InboundCallback,
    error: Exception,
    *,
    status: InboundCallback.Status = InboundCallback.Status.WAITING,
    is_expected: bool = False,
    for_ever: bool = False,
) -> int:
    """Write down what went wrong and when to try again: 2, 4, 8 … seconds, at most ten minutes.

    `for_ever`: it waits for something that will come, and never becomes a person's case by itself. Returns how many
    rows ended: 0, or 1 for one that is given up.
    """
    attempts = row.attempts + 1
    described = f"{type(error).__name__}: {error}"
    if attempts >= DEAD_AFTER and not (for_ever or isinstance(error, ServiceUnreachable)):
        return finish(row, Status.DEAD, described)
    log.warning(
        "callback.waits",
        callback=row.pk,
        request_id=row.request_id,
        case=row.case,
        attempts=attempts,
        error=described,
        exc_info=None if is_expected or isinstance(error, IntegrationError) else error,
    )
    InboundCallback.objects.filter(pk=row.pk).update(
        status=status,
        attempts=attempts,
        case=row.case,
        not_before=wall_clock() + min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_WAIT),
        error=described[:2000],
    )
    return 0


def finish(row: InboundCallback, status: InboundCallback.Status, outcome: str) -> int:
    """The call is dealt with; returns 1."""
    if status != Status.APPLIED:
        log.warning(
            "callback.for_people",
            callback=row.pk,
            request_id=row.request_id,
            case=row.case,
            status=status.value,
            outcome=outcome,
        )
    InboundCallback.objects.filter(pk=row.pk).update(
        status=status,
        outcome=outcome[:200],
        attempts=row.attempts + 1,
        case=row.case,
        applied_at=wall_clock(),
        error="" if status == Status.APPLIED else outcome[:2000],
    )
    return 1
