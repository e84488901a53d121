"""What a rule says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from operator import gt, lt
from typing import Any

ABOVE, BELOW = ">", "<"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
COMPARISONS: dict[str, Callable[[float, float], bool]] = {ABOVE: gt, BELOW: lt}


class Severity(StrEnum):
    CRITICAL = "critical"  # somebody does not get what he paid for, or soon will not
    WARNING = "warning"  # within the day


CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Wrong while a sample of `metric` with these `labels` compares so with `limit`, for as long as `lasts`.

    A metric without a sample is never wrong. `is_ours` is False where the installation cannot judge itself.
    The texts are lazy translations: what it is called, what it means for the shop, what to do.
    """

    name: str
    severity: Severity
    title: Any
    meaning: Any
    remedy: Any
    metric: str
    limit: float
    comparison: str = ABOVE
    labels: Mapping[str, str] = field(default_factory=dict)
    lasts: timedelta = timedelta()
    is_ours: bool = True

    def holds(self, labels: Mapping[str, str], value: float) -> bool:
        named = all(labels.get(name) == wanted for name, wanted in self.labels.items())
        return named and COMPARISONS[self.comparison](value, self.limit)

    @property
    def expression(self) -> str:
        """In the words of Prometheus."""
        chosen = ",".join(f'{name}="{value}"' for name, value in self.labels.items())
        where = f"{{{chosen}}}" if chosen else ""
        return f"{self.metric}{where} {self.comparison} {self.limit:g}"

    @property
    def anchor(self) -> str:
        """Where docs/watching.md says what to do."""
        return self.name.lower()
