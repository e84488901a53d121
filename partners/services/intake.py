"""From a stored call of Tilda to an application. Nothing is applied in the request, and no form is lost."""

from __future__ import annotations

import time

import structlog
from django.db import transaction
from django.db.models import QuerySet

from integrations.clock import wall_clock
from integrations.errors import CallbackMalformed
from integrations.models import InboundCallback
from integrations.tilda.source import TildaForms, fields_of
from integrations.wakeups import wake
from partners.models import Application
from partners.services import applications, fetching
from partners.services.aliases import form_of, normal
from payments.services import inbound

log = structlog.get_logger(__name__)

DRAIN = TildaForms.task  # the task's name: services never import tasks
SOURCE = Application.Source.TILDA
Status = InboundCallback.Status


def apply_calls(*, seconds: float = 20.0) -> int:
    """Turn what was stored into applications until nothing is due or the time is up; returns how many rows ended.

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
        return inbound.retry(InboundCallback.objects.get(pk=pk), error)


def _due() -> QuerySet[InboundCallback]:
    """Rows to apply, oldest first, locked for this transaction; those another worker holds are skipped."""
    return (
        InboundCallback.objects.select_for_update(skip_locked=True)
        .filter(
            source=TildaForms.slug,
            status__in=[Status.RECEIVED, Status.WAITING],
            not_before__lte=wall_clock(),
        )
        .order_by("not_before", "id")
    )


def _apply_locked(row: InboundCallback) -> int:
    try:
        raw = fields_of(bytes(row.body))
    except CallbackMalformed as error:
        return inbound.finish(row, Status.DEAD, f"CallbackMalformed: {error}")
    given = {normal(name): value for name, value in raw.items()}
    tranid = given.get("tranid", "")
    application = applications.submit(
        form=form_of(raw),
        source=SOURCE,
        raw=raw,
        language=str(given.get("lang") or given.get("language") or "ru")[:2].lower(),
        # A call without a number is told from another by its own bytes: the inbox has each of them once.
        tranid=tranid if isinstance(tranid, str) and tranid else f"call:{row.pk}",
        callback=row,
    )
    row.case = application.case
    if application.callback_id != row.pk:
        return inbound.finish(row, Status.APPLIED, "repeat")
    transaction.on_commit(lambda: wake(fetching.FETCH))
    return inbound.finish(row, Status.APPLIED, "application")
