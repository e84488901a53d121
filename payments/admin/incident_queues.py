"""The queues of exceptions: how many of each kind wait, and how long the oldest has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import Tone, duration
from integrations.admin.cards import list_link
from integrations.clock import now
from payments.admin.incident_words import KIND_TONES
from payments.models import Incident


@dataclass(frozen=True, slots=True)
class Queue:
    title: str
    count: int
    oldest: str
    url: str
    tone: Tone
    is_chosen: bool


class IncidentState(SimpleListFilter):
    """What waits, unless somebody asks for the rest."""

    title = gettext_lazy("состояние")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("resolved", _("решено")), ("all", _("все"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        status = Incident.Status.RESOLVED if self.value() == "resolved" else Incident.Status.OPEN
        return queryset.filter(status=status)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | {"display": _("ждёт решения")} if number == 0 else choice


def queues(chosen: str) -> list[Queue]:
    """Every kind with how many wait and how long the oldest has: one query."""
    rows = (
        Incident.objects.filter(status=Incident.Status.OPEN)
        .order_by()
        .values("kind")
        .annotate(count=Count("pk"), oldest=Min("opened_at"))
    )
    found = {row["kind"]: row for row in rows}
    return [
        Queue(
            str(kind.label),
            found[kind]["count"] if kind in found else 0,
            duration(now() - found[kind]["oldest"]) if kind in found else "",
            list_link(Incident, kind__exact=kind.value),
            KIND_TONES[kind] if kind in found else Tone.OK,
            chosen == kind.value,
        )
        for kind in Incident.Kind
    ]
