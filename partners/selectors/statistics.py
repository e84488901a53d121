"""A partner's own numbers: shows by day and place, what became of the leads that were offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from integrations.clock import now
from partners.models import LeadOffer, Partner, Shows

PERIODS = (7, 30, 90)  # days
STEP, HEIGHT = 10, 1000  # of a day in the drawing, and of its tallest column


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One place's part of a day's column: `y` and `height` in units of the drawing, from its top."""

    surface: str
    y: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    x: int
    counts: list[int]  # in the order of Shows.Surface
    total: int
    pieces: list[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    surface: str
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Days of TIME_ZONE, oldest first, today the last; `tallest` is the busiest day's count."""

    period: int
    days: list[Day]
    totals: list[Total]
    total: int
    tallest: int
    offered: int
    accepted: int
    declined: int
    missed: int

    @property
    def width(self) -> int:
        return len(self.days) * STEP

    @property
    def answered(self) -> int:
        return self.accepted + self.declined


def statistics_of(partner: Partner, *, period: int) -> Statistics:
    """The last `period` days, today included; two queries."""
    today = timezone.localtime(now()).date()
    first = today - timedelta(days=period - 1)
    counted: dict[tuple[date, str], int] = {
        (day, surface): count
        for day, surface, count in Shows.objects.filter(
            partner=partner, day__gte=first, day__lte=today
        ).values_list("day", "surface", "count")
    }
    surfaces = Shows.Surface.values
    rows = [
        (day, [counted.get((day, surface), 0) for surface in surfaces])
        for day in (first + timedelta(days=number) for number in range(period))
    ]
    tallest = max((sum(counts) for _day, counts in rows), default=0)
    since = timezone.make_aware(datetime.combine(first, time.min))
    answers = LeadOffer.objects.filter(partner=partner, created_at__gte=since).aggregate(
        offered=Count("pk"),
        **{
            status.value: Count("pk", filter=Q(status=status))
            for status in (
                LeadOffer.Status.ACCEPTED,
                LeadOffer.Status.DECLINED,
                LeadOffer.Status.MISSED,
            )
        },
    )
    return Statistics(
        period=period,
        days=[
            Day(
                day=day,
                x=number * STEP,
                counts=counts,
                total=sum(counts),
                pieces=_pieces(counts, tallest),
            )
            for number, (day, counts) in enumerate(rows)
        ],
        totals=[
            Total(
                surface=surface.value,
                title=str(surface.label),
                count=sum(counts[number] for _day, counts in rows),
            )
            for number, surface in enumerate(Shows.Surface)
        ],
        total=sum(sum(counts) for _day, counts in rows),
        tallest=tallest,
        **answers,
    )


def _pieces(counts: list[int], tallest: int) -> list[Piece]:
    """A column from the bottom up."""
    pieces, below = [], 0
    for surface, count in zip(Shows.Surface.values, counts, strict=True):
        if count:
            bottom = HEIGHT - HEIGHT * below // tallest
            below += count
            top = HEIGHT - HEIGHT * below // tallest
            pieces.append(Piece(surface=surface, y=top, height=bottom - top))
    return pieces
