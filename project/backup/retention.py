"""Which backups are kept: the newest of each of the last days, weeks and months."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from project.backup.manifest import moment_of


def kept(names: Iterable[str], *, days: int, weeks: int, months: int) -> set[str]:
    """The names to keep. The newest is always kept; a period without a backup does not count."""
    newest_first = sorted(set(names), reverse=True)
    keep = set(newest_first[:1])
    for how_many, period in ((days, _day), (weeks, _week), (months, _month)):
        seen: set[str] = set()
        for name in newest_first:
            if len(seen) >= how_many:
                break
            label = period(moment_of(name))
            if label not in seen:
                seen.add(label)
                keep.add(name)
    return keep


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _week(moment: datetime) -> str:
    return f"{moment:%G-%V}"


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"
