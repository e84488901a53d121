"""`./dev bench access`: how fast one worker gives access to many who have paid while nobody could be served.

The worker of access as deployed, and beat, before a panel that takes some milliseconds for a call and a Telegram that
takes 30 messages a second. When half are served somebody else pays: how long he waits is what the rest cost him.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests

from devtools.ports import any_free
from tests.bench import data
from tests.bench.servers import HOST, BenchFailed, Process, environment

Say = Callable[[str], None]
PAUSE = 30  # ms: a panel near by, behind its proxy
MANY, FEW = 16_000, 2_000
WITHIN = 900.0  # seconds for all of it
LOOKS = 0.25  # seconds between two looks


def run(database_url: str, redis_url: str, *, people: int, pause: int, say: Say) -> dict[str, Any]:
    with data.for_this_process(database_url, say=say) as url:
        return _serve(url, redis_url, people=people, pause=pause, say=say)


def _serve(url: str, redis_url: str, *, people: int, pause: int, say: Say) -> dict[str, Any]:
    from tests.bench import waiting
    from tests.support.mailers import telegram_side

    waiting.paid(people)
    data.vacuum(url)
    with ExitStack() as stack:
        telegram = stack.enter_context(telegram_side(too_many_every=0))
        port = any_free()
        stack.enter_context(
            Process("panel", ["tests.bench.panel", str(port), str(pause)], dict(os.environ))
        )
        env = environment(url, redis_url) | {
            "TELEGRAM_API_URL": telegram.url,
            "REMNAWAVE_BASE_URL": f"http://{HOST}:{port}",
        }
        say(f"{people} have paid and wait; the panel takes {pause} ms for a call")
        stack.enter_context(_worker(env))
        started = _until(lambda: waiting.served() > 0, "the first access")
        _until(lambda: waiting.served() >= people // 2, "half of them")
        newcomer, came = waiting.paid(1)[0], time.monotonic()
        news = _until(lambda: waiting.served(newcomer) == 1, "the newcomer") - came
        done = _until(lambda: waiting.served() == people + 1, "all of them")
        links = waiting.links()
        panel = requests.get(f"http://{HOST}:{port}/report", timeout=10).json()
    figures = {
        "people": people,
        "pause_ms": pause,
        "seconds": round(done - started, 1),
        "accesses_a_second": round(people / (done - started), 1),
        "newcomer_s": round(news, 1),
        "links_meanwhile": links,
        "panel": panel,
    }
    say(
        f"{people} accesses in {figures['seconds']} s: {figures['accesses_a_second']} a second; who paid amid them"
        f" waited {figures['newcomer_s']} s; {links} links were sent meanwhile. The panel: {panel['most']} calls"
        f" at once at most, {panel['calls'] / panel['users']:.2f} an access, {panel['refused']} for somebody it had"
    )
    return figures


def _worker(env: Mapping[str, str]) -> ExitStack:
    """deploy/systemd: provodnik-worker@access and provodnik-beat."""
    state = Path(tempfile.mkdtemp(prefix="bench-"))
    celery = ["celery", "--quiet", "-A", "project"]
    alone = ["--without-mingle", "--without-gossip"]
    stack = ExitStack()
    stack.enter_context(
        Process("access", [*celery, "worker", "-Q", "access", "-c", "2", *alone], env)
    )
    beat = [*celery, "beat", "-l", "warning", "-s", str(state / "beat"), "--pidfile="]
    stack.enter_context(Process("beat", beat, env))
    return stack


def _until(happened: Callable[[], bool], what: str) -> float:
    """The moment it was seen."""
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        if happened():
            return time.monotonic()
        time.sleep(LOOKS)
    raise BenchFailed(f"waited {WITHIN:.0f} s for {what}")


def marks_met(figures: Mapping[str, Any]) -> bool:
    """Everybody is there, once."""
    return bool(figures["panel"]["users"] == figures["people"] + 1)
