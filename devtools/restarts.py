"""How often a crashed process is started again."""

from __future__ import annotations

from dataclasses import dataclass, field

LIMIT = 5
WINDOW = 120.0
LONGEST_WAIT = 15.0


@dataclass
class Restarts:
    """Waits 1, 2, 4, 8, 15 seconds; the sixth crash within two minutes is one too many."""

    crashes: list[float] = field(default_factory=list)

    def wait_after_crash(self, now: float) -> float | None:
        """Seconds until the next start, or None when it should stay down."""
        self.crashes = [moment for moment in self.crashes if now - moment < WINDOW] + [now]
        if len(self.crashes) > LIMIT:
            return None
        return min(2.0 ** (len(self.crashes) - 1), LONGEST_WAIT)
