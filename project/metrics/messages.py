"""What has to be said to people, and did not leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min
from prometheus_client.core import GaugeMetricFamily, Metric

from bot.models import Mailing, Notice, Recipient
from integrations.clock import now, wall_clock
from integrations.models import MailMessage, MailPause
from payments.services.reminder_times import is_quiet

DAY = timedelta(hours=24)
Status = MailMessage.Status
FAILED = (Status.REFUSED, Status.UNCLEAR, Status.BOUNCED, Status.SUPPRESSED)


def notices() -> Iterator[Metric]:
    """Those that were never told: an edit of a counter is none."""
    waiting = Notice.objects.filter(state=Notice.State.WAITING, message_id=None)
    found = waiting.order_by().aggregate(oldest=Min("last_at"))
    yield GaugeMetricFamily(
        "provodnik_notice_wait_seconds",
        "How long the oldest notice for staff waits",
        _seconds_since(found["oldest"]),
    )


def letters() -> Iterator[Metric]:
    waiting = MailMessage.objects.filter(status=Status.WAITING)
    found = waiting.order_by().aggregate(n=Count("pk"), oldest=Min("created_at"))
    yield GaugeMetricFamily("provodnik_letters_waiting", "Letters not handed in", found["n"])
    yield GaugeMetricFamily(
        "provodnik_letter_wait_seconds",
        "How long the oldest waits",
        _seconds_since(found["oldest"]),
    )
    failed = GaugeMetricFamily(
        "provodnik_letters_failed_24h", "Letters that did not arrive", labels=["status"]
    )
    rows = (
        MailMessage.objects.filter(status__in=FAILED, created_at__gte=wall_clock() - DAY)
        .order_by()
        .values_list("status")
        .annotate(n=Count("pk"))
    )
    counts = dict(rows)
    for status in FAILED:
        failed.add_metric([status], counts.get(status, 0))
    yield failed
    paused = GaugeMetricFamily(
        "provodnik_mail_paused_seconds", "How long the mail server has said no", labels=["scope"]
    )
    for scope, since in MailPause.objects.values_list("scope", "since"):
        paused.add_metric([scope], _seconds_since(since))
    yield paused


def mailings() -> Iterator[Metric]:
    gauge = GaugeMetricFamily("provodnik_mailings", "Mailings by status", labels=["status"])
    counts = dict(Mailing.objects.order_by().values_list("status").annotate(n=Count("pk")))
    for status in ("scheduled", "collecting", "running", "paused"):
        gauge.add_metric([status], counts.get(status, 0))
    yield gauge
    yield GaugeMetricFamily(
        "provodnik_mailing_idle_seconds",
        "How long a running mailing has not moved",
        max((_idle(mailing) for mailing in _awake()), default=0.0),
    )


def _awake() -> list[Mailing]:
    """Mailings that should be going on now."""
    running = Mailing.objects.filter(status=Mailing.Status.RUNNING)
    return list(running.exclude(keeps_quiet_hours=True) if is_quiet(now()) else running)


def _idle(mailing: Mailing) -> float:
    waiting = mailing.recipients.filter(state=Recipient.State.WAITING)
    if not waiting.filter(not_before__lte=wall_clock()).exists():
        return 0.0
    last = mailing.recipients.aggregate(last=Max("claimed_at"))["last"]
    return _seconds_since(last or mailing.started_at)


def _seconds_since(moment: datetime | None) -> float:
    return max((wall_clock() - moment).total_seconds(), 0.0) if moment else 0.0
