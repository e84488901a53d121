"""How many callbacks a second the web process accepts, beside the physical limit and the reference.

Every server is up all the time; short windows alternate, so that whatever else the machine does hits all of them alike.
A round is ours, one, other, ours; the order inside changes from round to round. Ratios are taken within a round, their
median is the result, and ours against ours is the control: where its interval misses 1.00 the session says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.bench import cpu, limit
from tests.bench.servers import BenchFailed, Loader, WebServer
from tests.bench.stats import bootstrap, percentile

CONNECTIONS = 32
WARM_UP = 2  # seconds


@dataclass
class Side:
    """What the windows of one server add up to."""

    server: WebServer
    next_order: int
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    answered: int = 0
    app_seconds: float = 0.0
    database_seconds: float = 0.0

    @property
    def summary(self) -> dict[str, Any]:
        return {
            "rps": round(median(self.rates)),
            "p50_ms": round(percentile(self.latencies, 0.50), 1),
            "p95_ms": round(percentile(self.latencies, 0.95), 1),
            "p99_ms": round(percentile(self.latencies, 0.99), 1),
            "app_cpu_us": round(self.app_seconds / self.answered * 1e6),
            "postgres_cpu_us": round(self.database_seconds / self.answered * 1e6),
        }


@dataclass
class Ratios:
    limit: list[float] = field(default_factory=list)
    seed: list[float] = field(default_factory=list)
    control: list[float] = field(default_factory=list)

    @property
    def trustworthy(self) -> bool:
        low, high = bootstrap(self.control)
        return low <= 1.0 <= high


class Bench:
    def __init__(
        self, loader: Loader, ours: Side, seed: Side, *, database_url: str, postmaster: int | None
    ) -> None:
        self.ours, self.seed, self.limit_rates = ours, seed, list[float]()
        self._loader, self._database_url, self._postmaster = loader, database_url, postmaster

    def warm_up(self) -> None:
        for side in (self.ours, self.seed):
            self._load(side, WARM_UP)
        limit.activations(self._database_url, seconds=WARM_UP)

    def run(self, rounds: int, seconds: int, say: Callable[[str], None]) -> Ratios:
        ratios = Ratios()
        for number in range(rounds):
            first = self._window(self.ours, seconds)
            if number % 2:
                seed, durable = self._window(self.seed, seconds), self._limit(seconds)
            else:
                durable, seed = self._limit(seconds), self._window(self.seed, seconds)
            last = self._window(self.ours, seconds)
            mine = (first + last) / 2
            ratios.limit.append(mine / durable)
            ratios.seed.append(mine / seed)
            ratios.control.append(first / last if number % 2 else last / first)
            say(
                f"round {number + 1}/{rounds}: ours {first:.0f} {last:.0f}, seed {seed:.0f}, limit {durable:.0f}"
            )
        return ratios

    def _limit(self, seconds: int) -> float:
        self.limit_rates.append(limit.activations(self._database_url, seconds=seconds))
        return self.limit_rates[-1]

    def _window(self, side: Side, seconds: int) -> float:
        database = cpu.tree(self._postmaster) if self._postmaster else []
        before = cpu.seconds(side.server.pids), cpu.seconds(database)
        result = self._load(side, seconds)
        side.app_seconds += cpu.seconds(side.server.pids) - before[0]
        side.database_seconds += cpu.seconds(database) - before[1]
        side.latencies += result["latencies_ms"]
        answered = len(result["latencies_ms"])
        side.answered += answered
        side.rates.append(answered / result["elapsed"])
        return side.rates[-1]

    def _load(self, side: Side, seconds: int) -> dict[str, Any]:
        expected = int(max(side.rates, default=2_000) * seconds * 1.2)
        result = self._loader.run(
            side.server,
            first=side.next_order,
            seconds=seconds,
            connections=CONNECTIONS,
            expected=expected,
        )
        side.next_order = result["next"]
        if set(result["statuses"]) != {"200"}:
            words = side.server.last_words()
            raise BenchFailed(f"{side.server.name} answered {result['statuses']}:\n{words}")
        return result
