"""Alerts begin, are told, and end.

Judged by a task of beat and by the bot process, so that neither a dead worker nor a dead beat goes unseen. Both may do
it at once: whoever looked last changes the rows, under one lock, and an alert is told when its row changes its state.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import override

from bot.models import Topic
from bot.notices.raising import page, pages, raise_notice
from integrations.admin.badges import duration
from integrations.clock import wall_clock
from integrations.models import Alert
from integrations.services import heartbeats
from project.alerts.judging import Finding, judged
from project.alerts.rules import BY_NAME
from project.metrics.alerts import PULSE

log = structlog.get_logger(__name__)

LOCK = 4_204  # key of the advisory lock, no other code's
Key = tuple[str, str]
State = Alert.State


def watch() -> int:
    """Judge every rule and tell what has changed; returns how many alerts fire. Raises the errors of the database."""
    looked_at = wall_clock()
    found = {(one.rule.name, one.subject): one for one in judged()}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = heartbeats.last(PULSE)
        if last is None or last.seen_at < looked_at:
            heartbeats.beat(PULSE)
            _update(found, wall_clock())
        return Alert.objects.filter(state=State.FIRING).count()


def hold() -> timedelta:
    """How long an alert has to be quiet before it is over: what flaps is one alert, and so is what only one of two
    machines can see, as its disk."""
    return timedelta(seconds=2 * settings.WATCH_EVERY)


def _update(found: dict[Key, Finding], moment: datetime) -> None:
    rows = {(row.name, row.subject): row for row in Alert.objects.exclude(state=State.CLEARED)}
    for key, finding in found.items():
        alert = rows.pop(key, None) or Alert(
            name=finding.rule.name,
            subject=finding.subject,
            labels=finding.labels,
            severity=finding.rule.severity,
            since=moment,
        )
        _seen(alert, finding, moment)
    for alert in rows.values():
        _not_seen(alert, moment)


def _seen(alert: Alert, finding: Finding, moment: datetime) -> None:
    alert.value = None if math.isinf(finding.value) else Decimal(f"{finding.value:.3f}")
    alert.quiet_since = None
    fires = alert.state == State.PENDING and moment - alert.since >= finding.rule.lasts
    if fires:
        alert.state, alert.fired_at = State.FIRING, moment
    alert.save()
    if fires:
        log.warning("alert.fires", alert=alert.name, about=alert.subject)
        _tell(alert, moment, is_over=False)


def _not_seen(alert: Alert, moment: datetime) -> None:
    alert.quiet_since = alert.quiet_since or moment
    if moment - alert.quiet_since < hold():
        alert.save()
    elif alert.state == State.PENDING:
        alert.delete()
    else:
        alert.state, alert.cleared_at = State.CLEARED, moment
        alert.save()
        log.info("alert.over", alert=alert.name, about=alert.subject)
        _tell(alert, moment, is_over=True)


def _tell(alert: Alert, moment: datetime, *, is_over: bool) -> None:
    """Each of the two once, those of one look in one message. A rule that a new release no longer has ends silently."""
    rule = BY_NAME.get(alert.name)
    if rule is None:
        return
    what = "over" if is_over else "fires"
    with override(settings.LANGUAGE_CODE):
        lasted = duration(alert.cleared_at - alert.since) if alert.cleared_at else ""
    raise_notice(
        f"alert_{what}:{alert.name}:{moment:%H%M%S}",
        Topic.SYSTEM,
        f"alert_{what}:{alert.pk}",
        template="alert",
        url=page(alert),
        many_url=pages(Alert, "?state__exact=firing"),
        alert=alert,
        rule=rule,
        is_over=is_over,
        lasted=lasted,
    )
