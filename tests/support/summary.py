"""One line below pytest's own: how many property runs there were. Two processes may have made them."""

from __future__ import annotations

from collections import Counter

import pytest

PROPERTY_RUNS = "property runs"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    total: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, numbers in report.user_properties:
                    if name == PROPERTY_RUNS:
                        total.update(numbers)
    if total:
        parts = (f"{number:,} {name}".replace(",", " ") for name, number in total.items())
        terminalreporter.write_line(f"{PROPERTY_RUNS}: {', '.join(parts)}")
