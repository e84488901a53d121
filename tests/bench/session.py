"""One whole run of the bench: a fresh database, every server up, the measurements one after another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench import data, settle, stats
from tests.bench.accept import Bench, Ratios, Side
from tests.bench.servers import Loader, environment, product, seed_peer

Say = Callable[[str], None]
OURS_FROM = (
    10_000_000  # our windows' orders: never those of the reference, nor those that are settled
)
SETTLED_FROM = 5_000_000


@dataclass(frozen=True)
class Plan:
    rounds: int
    seconds: int
    seed_orders: int
    settle_seconds: int


QUICK = Plan(rounds=8, seconds=2, seed_orders=120_000, settle_seconds=8)
FULL = Plan(rounds=20, seconds=3, seed_orders=400_000, settle_seconds=20)


def run(database_url: str, redis_url: str, plan: Plan, *, say: Say) -> dict[str, Any]:
    url = data.fresh_database(database_url)
    try:
        return _measure(url, redis_url, plan, say)
    finally:
        data.drop_database(database_url)


def _measure(url: str, redis_url: str, plan: Plan, say: Say) -> dict[str, Any]:
    env = environment(url, redis_url)
    say("preparing the database")
    data.migrate(env)
    data.run_file(url, data.HERE / "sql" / "limit_schema.sql")
    data.fill_seed(url, plan.seed_orders)
    with ExitStack() as stack:
        loader = stack.enter_context(Loader())
        web = stack.enter_context(product(env))
        peer = stack.enter_context(seed_peer(env))
        bench = Bench(
            loader,
            Side(web.wait(), OURS_FROM),
            Side(peer.wait(), 1),
            database_url=url,
            postmaster=data.postmaster(url),
        )
        bench.warm_up()
        ratios = bench.run(plan.rounds, plan.seconds, say)
        discarded = 0
        if not ratios.trustworthy:
            discarded = 1
            say(f"discarded: ours against ours was {stats.bootstrap(ratios.control)}; once more")
            ratios = bench.run(plan.rounds, plan.seconds, say)
        peer.stop()
        figures = _accept_figures(bench, ratios, discarded)
        figures |= settle.measure(
            url, redis_url, env, loader, web, plan.settle_seconds, SETTLED_FROM, say
        )
    return figures


def _accept_figures(bench: Bench, ratios: Ratios, discarded: int) -> dict[str, Any]:
    return {
        "accept_vs_limit": round(median(ratios.limit), 3),
        "accept_vs_limit_95": _rounded(ratios.limit),
        "accept_vs_seed": round(median(ratios.seed), 3),
        "accept_vs_seed_95": _rounded(ratios.seed),
        "control": round(median(ratios.control), 3),
        "control_95": _rounded(ratios.control),
        "control_ok": ratios.trustworthy,
        "sessions_discarded": discarded,
        "limit_tps": round(median(bench.limit_rates)),
        "ours": bench.ours.summary,
        "seed": bench.seed.summary,
    }


def _rounded(values: list[float]) -> list[float]:
    return [round(bound, 3) for bound in stats.bootstrap(values)]
