"""When the tax service may be asked: one question at a time, and none while it would refuse everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from integrations.clock import wall_clock
from integrations.fns.errors import FnsProblem, QuotaOver
from partners.models import AskingGate

TURN = timedelta(seconds=120)  # two calls at their slowest; a killed worker's turn ends by itself
QUOTA_PAUSE = timedelta(hours=1)  # the period of a quota is not told: asked again every hour
REFUSAL_PAUSE = timedelta(minutes=10)  # a key is soon put right


@contextmanager
def turn() -> Iterator[bool]:
    """Whether this worker may ask now; nobody else may until the block ends."""
    taken = _take()
    try:
        yield taken
    finally:
        if taken:
            AskingGate.objects.filter(name=AskingGate.LINE).update(until=wall_clock())


def _take() -> bool:
    at = wall_clock()
    AskingGate.objects.bulk_create(
        [AskingGate(name=AskingGate.LINE, until=at)], ignore_conflicts=True
    )
    free = AskingGate.objects.filter(name=AskingGate.LINE, until__lte=at)
    return bool(free.update(until=at + TURN))


def closed(name: str) -> AskingGate | None:
    """The pause that is on."""
    return AskingGate.objects.filter(name=name, until__gt=wall_clock()).first()


def close(name: str, problem: FnsProblem) -> None:
    """Stop asking by this method for a while."""
    pause = QUOTA_PAUSE if isinstance(problem, QuotaOver) else REFUSAL_PAUSE
    shut(name, until=wall_clock() + pause, why=problem.why)


def shut(name: str, *, until: datetime, why: str) -> None:
    AskingGate.objects.update_or_create(name=name, defaults={"until": until, "why": why})


def reopen(*names: str) -> None:
    """It answers again, or a person wants to know whether it does."""
    AskingGate.objects.filter(name__in=names).delete()
