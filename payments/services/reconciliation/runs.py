"""From the order of a run to its lines. Runs of one subject never overlap: a running one is unique, with a lease."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import get_current_timezone, localtime

from integrations.clock import now, wall_clock
from integrations.errors import IntegrationError
from integrations.services import outbox
from payments.errors import PaymentError
from payments.models import ListedRow, ReconciliationRun, Statement
from payments.services.reconciliation import findings, listing
from payments.services.reconciliation.subjects import subjects

log = structlog.get_logger(__name__)

Status = ReconciliationRun.Status

LEASE = timedelta(minutes=5)  # renewed with every page
DAILY_AFTER = 5  # o'clock where the shop is
DAYS_BACK = 3
TRY_AGAIN = timedelta(hours=1)
ENOUGH_TRIES = 6  # a day, of a subject that cannot be reached


class AlreadyRunning(PaymentError):
    """Another run of the same subject has not ended."""


def order(
    *,
    subject: str,
    since: datetime,
    until: datetime,
    started_by: AbstractBaseUser | None = None,
    statement: Statement | None = None,
) -> ReconciliationRun:
    """Write down that a run is wanted; `execute` does it. Raises AlreadyRunning.

    A run whose process died is failed here, so that it stands in nobody's way.
    """
    dead = ReconciliationRun.objects.filter(subject=subject, status=Status.RUNNING)
    for run in dead.filter(lease_until__lte=wall_clock() - LEASE):
        _fail(run, "the process was lost on the way")
    try:
        with transaction.atomic():
            return ReconciliationRun.objects.create(
                subject=subject,
                since=since,
                until=until,
                statement=statement,
                started_by_id=started_by.pk if started_by else None,
                lease_until=wall_clock(),
            )
    except IntegrityError as error:
        raise AlreadyRunning(subject) from error


def order_for_worker(run: ReconciliationRun) -> None:
    """Have a worker execute it soon: nobody waits for a list in a browser."""
    with transaction.atomic():
        outbox.publish("reconciliation.ordered", {"run_id": run.pk}, key=f"reconciliation:{run.pk}")


def execute(*, run_id: int) -> ReconciliationRun:
    """Read the other side's list, compare, keep the differences. A run that has ended is left as it is.

    An API that fails leaves a FAILED run with the reason. Raises AlreadyRunning while another process works on it.
    """
    run = _claim(run_id)
    if run.status != Status.RUNNING:
        return run
    try:
        listing.fill(run, keep_alive=lambda: _renew(run))
        findings.conclude(run)
    except (IntegrationError, listing.CannotList) as error:
        _fail(run, str(error))
    except Exception as error:
        _fail(run, f"{type(error).__name__}: {error}")
        raise
    finally:
        ListedRow.objects.filter(run=run).delete()
    run.refresh_from_db()
    if run.status == Status.DONE and run.started_by_id is None and run.open_lines.exists():
        with transaction.atomic():
            outbox.publish("reconciliation.differs", {"run_id": run.pk}, key=f"differs:{run.pk}")
    return run


def execute_ordered(*, run_id: int) -> None:
    """Reaction: the run that somebody ordered. One that another process works on is looked at again later."""
    execute(run_id=run_id)


def reconcile_daily() -> int:
    """Once a day, after DAILY_AFTER: everything of yesterday and the days before it; returns how many runs were done.

    A subject that could not be reached is tried again later; staff are told of what differs.
    """
    today = localtime(now())
    if today.hour < DAILY_AFTER:
        return 0
    midnight = datetime.combine(today.date(), time.min, get_current_timezone())
    since = midnight - timedelta(days=DAYS_BACK)
    done = 0
    for subject in subjects():
        tried = ReconciliationRun.objects.filter(
            subject=subject, since=since, started_by=None, statement=None, started_at__gte=midnight
        )
        failed = tried.filter(status=Status.FAILED)
        if (
            tried.filter(status=Status.DONE).exists()
            or failed.filter(finished_at__gt=now() - TRY_AGAIN).exists()
            or failed.count() >= ENOUGH_TRIES
        ):
            continue
        try:
            run = order(subject=subject, since=since, until=now())
            done += execute(run_id=run.pk).status == Status.DONE
        except AlreadyRunning:
            log.info("reconciliation.busy", subject=subject)
    return done


def _claim(run_id: int) -> ReconciliationRun:
    """The run, with a lease of our own where it has not ended."""
    free = ReconciliationRun.objects.filter(pk=run_id, status=Status.RUNNING).filter(
        Q(lease_until=None) | Q(lease_until__lte=wall_clock())
    )
    is_ours = free.update(lease_until=wall_clock() + LEASE)
    run = ReconciliationRun.objects.select_related("statement").get(pk=run_id)
    if run.status == Status.RUNNING and not is_ours:
        raise AlreadyRunning(run.subject)
    return run


def _renew(run: ReconciliationRun) -> None:
    running = ReconciliationRun.objects.filter(pk=run.pk, status=Status.RUNNING)
    if not running.update(lease_until=wall_clock() + LEASE):
        raise AlreadyRunning(run.subject)


def _fail(run: ReconciliationRun, reason: str) -> None:
    ReconciliationRun.objects.filter(pk=run.pk, status=Status.RUNNING).update(
        status=Status.FAILED, error=reason[:500], finished_at=now()
    )
    log.warning("reconciliation.failed", run=run.pk, subject=run.subject, reason=reason)
