"""Filters whose choices cost nothing: a plain field's filter would read the whole table for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock
from integrations.models import InboundCallback, OutboxMessage

# Jumps from one source to the next over an index: as many probes as there are sources.
SOURCES = """
WITH RECURSIVE seen AS (
    (SELECT source FROM integrations_inboundcallback ORDER BY source LIMIT 1)
    UNION ALL
    SELECT (SELECT c.source FROM integrations_inboundcallback c WHERE c.source > seen.source
            ORDER BY c.source LIMIT 1)
    FROM seen WHERE seen.source IS NOT NULL
)
SELECT source FROM seen WHERE source IS NOT NULL
"""


class SourceFilter(SimpleListFilter):
    title = _("источник")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(SOURCES)
            return [(source, source) for (source,) in cursor.fetchall()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(source=self.value()) if self.value() else queryset


class CallbackQueue(SimpleListFilter):
    """What a person should look at."""

    title = _("очередь")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("unknown", _("неизвестный плательщик")),
            ("refused", _("отклонены за 24 часа")),
            ("waiting", _("ждут повтора")),
            ("dead", _("нужен человек")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(callback_queue(chosen)) if chosen in CALLBACK_QUEUES else queryset


CALLBACK_QUEUES = {
    "unknown": InboundCallback.Status.UNKNOWN,
    "refused": InboundCallback.Status.REFUSED,
    "waiting": InboundCallback.Status.WAITING,
    "dead": InboundCallback.Status.DEAD,
}


def callback_queue(name: str) -> Q:
    """The rows of one queue, in a form that an index answers."""
    if name == "refused":
        refused = [InboundCallback.Verdict.REJECTED, InboundCallback.Verdict.MALFORMED]
        return Q(verdict__in=refused, received_at__gte=wall_clock() - timedelta(hours=24))
    return Q(status=CALLBACK_QUEUES[name])


class OutboxQueue(SimpleListFilter):
    title = _("состояние")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("failing", _("с ошибкой")),
            ("waiting", _("ждут выполнения")),
            ("done", _("выполнены")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(OUTBOX_QUEUES[chosen]) if chosen in OUTBOX_QUEUES else queryset


OUTBOX_QUEUES = {
    "failing": Q(delivered_at=None, attempts__gt=0),
    "waiting": Q(delivered_at=None),
    "done": Q(delivered_at__isnull=False),
}


def failing_reactions() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(OUTBOX_QUEUES["failing"])
