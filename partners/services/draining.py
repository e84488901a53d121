"""From a stored call of any service to what it says. Nothing is applied in the request, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.db import transaction
from django.db.models import QuerySet

from integrations.clock import wall_clock
from integrations.errors import CallbackMalformed
from integrations.models import InboundCallback
from integrations.services import calls
from integrations.tilda.source import TildaForms
from partners.services import channels, conversations, intake

log = structlog.get_logger(__name__)

DRAIN = TildaForms.task  # the task's name: services never import tasks
Status = InboundCallback.Status

# Slug of the source → what applies its calls, in the transaction that finishes them. Returns what came of it, in a
# word. Raises CallbackMalformed.
APPLY: dict[str, Callable[[InboundCallback], str]] = {
    TildaForms.slug: intake.apply,
    **dict.fromkeys(channels.READERS, conversations.apply),
}


def apply_calls(*, seconds: float = 20.0) -> int:
    """Apply what was stored until nothing is due or the time is up; returns how many rows ended.

    One row is one commit: a killed worker frees it at once, and one that breaks waits alone.
    """
    finished = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with transaction.atomic():
            row = _due().first()
        if row is None:
            break
        finished += _apply(row.pk)
    return finished


def _apply(pk: int) -> int:
    try:
        with transaction.atomic():
            row = _due().filter(pk=pk).first()
            if row is None:  # another worker has it
                return 0
            return _apply_locked(row)
    except Exception as error:  # noqa: BLE001 - stored with the row, which is tried again
        return calls.retry(InboundCallback.objects.get(pk=pk), error)


def _due() -> QuerySet[InboundCallback]:
    """Rows to apply, oldest first, locked for this transaction; those another worker holds are skipped."""
    return (
        InboundCallback.objects.select_for_update(skip_locked=True)
        .filter(
            source__in=APPLY,
            status__in=[Status.RECEIVED, Status.WAITING],
            not_before__lte=wall_clock(),
        )
        .order_by("not_before", "id")
    )


def _apply_locked(row: InboundCallback) -> int:
    try:
        outcome = APPLY[row.source](row)
    except CallbackMalformed as error:
        return calls.finish(row, Status.DEAD, f"CallbackMalformed: {error}")
    return calls.finish(row, Status.APPLIED, outcome)
