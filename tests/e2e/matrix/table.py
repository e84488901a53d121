"""The matrix as it was run: a line for each way, a column for each channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

RAN = "✓"
PROPERTY = "matrix"


def lines(rows: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
    """`rows`: a way, and for each channel `RAN` or why it cannot be. Reasons stand under the table."""
    rows = list(rows)
    columns = list(dict.fromkeys(title for _way, cells in rows for title in cells))
    width = max((len(way) for way, _cells in rows), default=0)
    reasons: dict[str, int] = {}

    def mark(said: str) -> str:
        return RAN if said == RAN else f"– {reasons.setdefault(said, len(reasons) + 1)}"

    table = [f"{'way':<{width}}  " + "  ".join(columns)]
    for way, cells in rows:
        marks = (f"{mark(cells.get(title, 'not run')):<{len(title)}}" for title in columns)
        table.append(f"{way:<{width}}  " + "  ".join(marks).rstrip())
    return table + [f"– {number}: {reason}" for reason, number in reasons.items()]
