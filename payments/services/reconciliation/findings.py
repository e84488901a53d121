"""From differences to lines: what was explained before stays silent, what no longer differs is closed."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.clock import now
from payments.models import ReconciliationLine, ReconciliationRun
from payments.services.reconciliation import panel_rules, provider_rules
from payments.services.reconciliation.differences import Difference
from payments.services.reconciliation.subjects import PANEL

How = ReconciliationLine.How
MOST = 1000  # differences of one sort that a run keeps; more of them have one cause
AT_ONCE = 500


def conclude(run: ReconciliationRun) -> None:
    """Compare what was listed with what we have, write the lines and end the run, in one transaction."""
    rules = panel_rules if run.subject == PANEL else provider_rules
    with transaction.atomic(), override(settings.LANGUAGE_CODE):
        run.lines.all().delete()  # of an attempt whose process died
        run.ours, found = rules.differences(run, limit=MOST)
        explained = _explained_before(run, [one.key for one in found])
        ReconciliationLine.objects.bulk_create(
            [_line(run, one, explained.get(one.key)) for one in found], batch_size=AT_ONCE
        )
        if len(found) >= MOST:
            run.error = _("Показаны не все расхождения: их слишком много. Ищите общую причину.")
        else:
            _close_gone(run, {one.key for one in found})
        run.status = ReconciliationRun.Status.DONE
        run.finished_at = now()
        run.save(update_fields=["ours", "status", "finished_at", "error"])


def _explained_before(run: ReconciliationRun, keys: list[str]) -> dict[str, ReconciliationLine]:
    """The newest line of each key, where a person has explained it."""
    newest = (
        ReconciliationLine.objects.filter(key__in=keys, run__subject=run.subject)
        .exclude(run=run)
        .order_by("key", "-id")
        .distinct("key")
    )
    return {line.key: line for line in newest if line.how == How.EXPLAINED}


def _line(
    run: ReconciliationRun, found: Difference, before: ReconciliationLine | None
) -> ReconciliationLine:
    line = ReconciliationLine(
        run=run,
        kind=found.kind,
        key=found.key,
        payment_id=found.payment_id,
        subscription_id=found.subscription_id,
        reference=found.reference,
        ours=found.ours,
        theirs=found.theirs,
    )
    if before is not None and (before.ours, before.theirs) == (found.ours, found.theirs):
        line.how, line.resolution = How.EXPLAINED, before.resolution
        line.resolved_by_id, line.resolved_at = before.resolved_by_id, before.resolved_at
    return line


def _close_gone(run: ReconciliationRun, found: set[str]) -> None:
    """Open lines of earlier runs about what this run has looked at too, and finds in order."""
    earlier = ReconciliationLine.objects.filter(
        run__subject=run.subject, resolved_at=None, run__started_at__lte=run.started_at
    ).exclude(run=run)
    if run.subject != PANEL:
        seen = Q(payment__created_at__gte=run.since) | Q(payment=None, run__since__gte=run.since)
        earlier = earlier.filter(seen)
    if run.statement_id is not None:
        earlier = earlier.filter(run__until__lte=run.until)
    gone = earlier.exclude(key__in=found)
    said = _("В сверке № %(number)s расхождения уже нет.") % {"number": run.pk}
    ReconciliationLine.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(
        how=How.GONE, resolution=said, resolved_at=now()
    )
