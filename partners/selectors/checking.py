"""Reads for the doctor and the metrics: how the tax service answers, and who waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from integrations.clock import now, wall_clock
from partners.models import Application, AskingGate, Partner, RegistryAnswer

LATELY = timedelta(hours=24)
Outcome = RegistryAnswer.Outcome


@dataclass(frozen=True, slots=True)
class Answers:
    """When the service last answered, when and why it last did not, how often that was in 24 hours."""

    last: datetime | None
    failed: datetime | None
    error: str
    failures: int


def answers() -> Answers:
    good = RegistryAnswer.objects.exclude(outcome=Outcome.FAILED).order_by("-id").first()
    bad = RegistryAnswer.objects.filter(outcome=Outcome.FAILED).order_by("-received_at").first()
    return Answers(
        last=good.received_at if good else None,
        failed=bad.received_at if bad else None,
        error=bad.error if bad else "",
        failures=failures(),
    )


def failures() -> int:
    """Calls of the last 24 hours that were not answered."""
    since = now() - LATELY
    return RegistryAnswer.objects.filter(outcome=Outcome.FAILED, received_at__gte=since).count()


def waiting() -> dict[str, int]:
    """Open applications by how far the tax service is with them."""
    rows = (
        Application.objects.filter(status__in=Application.OPEN)
        .order_by()
        .values_list("check_state")
        .annotate(n=Count("pk"))
    )
    return {**dict.fromkeys(Application.Check.values, 0), **dict(rows)}


def pauses() -> list[AskingGate]:
    """Why nobody asks at present."""
    on = AskingGate.objects.exclude(name=AskingGate.LINE).filter(until__gt=wall_clock())
    return list(on.order_by("name"))


def overdue_partners() -> int:
    """Listed partners that should have been asked about an hour ago."""
    late = now() - timedelta(hours=1)
    listed = (Partner.Status.ACTIVE, Partner.Status.PAUSED)
    return Partner.objects.filter(status__in=listed, recheck_at__lt=late).count()
