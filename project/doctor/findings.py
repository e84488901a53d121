from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from project.logs import scrub


class Level(IntEnum):
    FINE = 0
    WARNING = 1
    FAILED = 2

    @property
    def sign(self) -> str:
        return ("✅", "⚠️", "❌")[self]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `hint` says what to do; no text shows a secret."""

    level: Level
    title: str
    detail: str = ""
    hint: str = ""

    def clean(self) -> Finding:
        """Other systems' words may quote what we sent them."""
        return Finding(self.level, scrub(self.title), scrub(self.detail), scrub(self.hint))


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    findings: list[Finding]

    @property
    def worst(self) -> Level:
        return max((finding.level for finding in self.findings), default=Level.FINE)


def fine(title: str, detail: str = "") -> Finding:
    return Finding(Level.FINE, title, detail)


def warning(title: str, detail: str = "", hint: str = "") -> Finding:
    return Finding(Level.WARNING, title, detail, hint)


def failed(title: str, detail: str = "", hint: str = "") -> Finding:
    return Finding(Level.FAILED, title, detail, hint)


def ago(seconds: float) -> str:
    """How long ago, as people say it."""
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:.0f} s"
