"""Medians and how far to believe them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median

RESAMPLES = 4_000


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def bootstrap(values: Sequence[float]) -> tuple[float, float]:
    """A 95 % interval of the median, by resampling; the same values give the same interval."""
    chance = random.Random(42)
    medians = sorted(median(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return medians[int(RESAMPLES * 0.025)], medians[int(RESAMPLES * 0.975) - 1]
