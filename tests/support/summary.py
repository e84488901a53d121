"""Lines below pytest's own: how many property runs there were, and the matrix of payments. Two processes may have
made them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.e2e.matrix import table

PROPERTY_RUNS = "property runs"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    total: Counter[str] = Counter()
    matrix = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, value in report.user_properties:
                    if name == PROPERTY_RUNS:
                        total.update(value)
                    elif name == table.PROPERTY:
                        matrix.append(value)
    if total:
        parts = (f"{number:,} {name}".replace(",", " ") for name, number in total.items())
        terminalreporter.write_line(f"{PROPERTY_RUNS}: {', '.join(parts)}")
    for line in table.lines(matrix) if matrix else []:
        terminalreporter.write_line(line)
