"""`./dev bench mailing --selling`: how long a paid call waits for its payment while a broadcast of 100,000 goes out.

Web, the money worker and beat as deployed, 50 calls a second (`--rate`); beside them two workers of mailings at
Telegram's own limit, who have only begun when the calls come.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import data, settle
from tests.bench.servers import Loader, environment, product
from tests.bench.stats import percentile

Say = Callable[[str], None]
FIRST = 20_000_000
MARK_MS = 2_000
BEGUN = 100  # messages sent before anything is measured
WITHIN = 600.0


def run(database_url: str, redis_url: str, *, rate: int, quick: bool, say: Say) -> dict[str, Any]:
    with data.for_this_process(database_url, say=say) as url:
        people, seconds = (5_000, 10) if quick else (100_000, 60)
        return _sell_while(url, redis_url, rate=rate, people=people, seconds=seconds, say=say)


def _sell_while(
    url: str, redis_url: str, *, rate: int, people: int, seconds: int, say: Say
) -> dict[str, Any]:
    from bot.mailings import running
    from tests.bot.mailings.rows import a_mailing
    from tests.support.mailers import mailers, telegram_side, until
    from tests.support.mass import many_customers

    many_customers(people)
    env = environment(url, redis_url)
    orders = rate * (2 * seconds + 2)
    data.fill_product(url, FIRST, orders)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(settle.TELL)
    with ExitStack() as stack:
        telegram = stack.enter_context(telegram_side(too_many_every=0))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        loader = stack.enter_context(Loader())
        web = stack.enter_context(product(env)).wait()
        told = stack.enter_context(settle.listening(url))
        stack.enter_context(settle.worker(env))

        def calls(first: int) -> dict[str, float]:
            told.clear()
            answers = settle.load(loader, web, first=first, rate=rate, seconds=seconds)
            settle.wait_for(told, rate * seconds)
            return {
                "http_p95_ms": round(percentile(answers, 0.95), 1),
                "activation_p50_ms": round(percentile(told, 0.50), 1),
                "activation_p95_ms": round(percentile(told, 0.95), 1),
            }

        settle.load(loader, web, first=FIRST, rate=rate, seconds=1)  # imports, connections
        settle.wait_for(told, rate)
        first = FIRST + rate
        say(f"{rate} calls a second for {seconds} s, nothing else going on")
        calm = calls(first)
        mailing = a_mailing()
        running.schedule(mailing)
        stack.enter_context(
            mailers(folder, {"DATABASE_URL": url, "TEST_TELEGRAM_URL": telegram.url})
        )
        until(lambda: telegram.report()["calls"] > BEGUN, WITHIN)
        say(f"the same while a broadcast to {people} people goes out")
        before, started = telegram.report()["calls"], time.monotonic()
        busy = calls(first + rate * seconds)
        sent = telegram.report()["calls"] - before
        a_second = sent / (time.monotonic() - started)
    figures = {
        "people": people,
        "sent_meanwhile": sent,
        "sent_a_second": round(a_second, 1),
        "calm": calm,
        "busy": busy,
    }
    for name in ("calm", "busy"):
        found = figures[name]
        say(
            f"{name}: from call to payment p50 {found['activation_p50_ms']} ms, p95 {found['activation_p95_ms']} ms;"
            f" answered in p95 {found['http_p95_ms']} ms"
        )
    say(f"{sent} messages meanwhile, {figures['sent_a_second']} a second")
    return figures


def marks_met(figures: Mapping[str, Any]) -> bool:
    """And the broadcast was really going on all the time."""
    return bool(figures["busy"]["activation_p95_ms"] <= MARK_MS and figures["sent_a_second"] > 1)
