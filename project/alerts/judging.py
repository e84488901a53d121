"""Which rules hold now, by a fresh look at every figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.core import Metric

from project.alerts.rule import Rule
from project.alerts.rules import RULES
from project.metrics.collecting import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A sample that a rule calls wrong."""

    rule: Rule
    labels: dict[str, str]
    value: float

    @property
    def subject(self) -> str:
        """Its labels as one line; the values alone, for their names say nothing to people."""
        return ", ".join(self.labels[name] for name in sorted(self.labels))[:200]


def judged(families: Iterable[Metric] | None = None) -> list[Finding]:
    """What is wrong in these figures, or in those of this moment. Raises the errors of the database."""
    return list(_judged(Figures(for_charts=False).collect() if families is None else families))


def _judged(families: Iterable[Metric]) -> Iterator[Finding]:
    rules: dict[str, list[Rule]] = {}
    for rule in RULES:
        if rule.is_ours:
            rules.setdefault(rule.metric, []).append(rule)
    for family in families:
        for sample in family.samples:
            for rule in rules.get(sample.name, ()):
                if rule.holds(sample.labels, sample.value):
                    yield Finding(rule=rule, labels=dict(sample.labels), value=sample.value)
