"""Who may ask a provider next, and whether it answers: one row per provider, shared by all workers.

Redis could forget a rate limit; a row cannot. Questions are spread by moving `slot_at` on: each takes its share of a
minute, and at most BURST of them may be taken ahead.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from integrations.clock import wall_clock
from payments.models import ProviderState

BURST = timedelta(seconds=10)
SHORTEST_SILENCE = timedelta(seconds=15)
LONGEST_SILENCE = timedelta(minutes=10)


def state_of(slug: str) -> ProviderState:
    return ProviderState.objects.get_or_create(slug=slug)[0]


def silent_slugs() -> set[str]:
    """Providers that did not answer and are left alone for the time being."""
    silent = ProviderState.objects.filter(silent_until__gt=wall_clock())
    return set(silent.values_list("slug", flat=True))


def take_turn(slug: str) -> bool:
    """Whether this worker may ask now: one UPDATE is the permission, so that no two workers have the same one."""
    if settings.POLLS_A_MINUTE <= 0:
        return False
    moment = wall_clock()
    share = timedelta(minutes=1) / settings.POLLS_A_MINUTE
    state_of(slug)
    free = ProviderState.objects.filter(slug=slug, slot_at__lte=moment + BURST).filter(
        Q(silent_until=None) | Q(silent_until__lte=moment)
    )
    begins = Greatest(F("slot_at"), models.Value(moment), output_field=models.DateTimeField())
    return bool(free.update(slot_at=begins + share, asked_at=moment))


def answered(slug: str) -> None:
    """It spoke: whatever was wrong is over."""
    ProviderState.objects.filter(slug=slug).update(
        answered_at=wall_clock(), failures=0, silent_until=None, error=""
    )


def gave_no_answer(slug: str, error: Exception) -> ProviderState:
    """Leave it alone for a while: 15 s, 30 s, 1 min … at most ten, and say why where people look."""
    state = state_of(slug)
    wait = min(SHORTEST_SILENCE * 2 ** min(state.failures, 8), LONGEST_SILENCE)
    state.failures += 1
    state.silent_until = wall_clock() + wait
    state.error = str(error)[:300]
    state.save(update_fields=["failures", "silent_until", "error"])
    return state
