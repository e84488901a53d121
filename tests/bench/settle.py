"""What happens after a call is accepted: settled payments a second, and how long one callback takes from end to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis

from tests.bench import data
from tests.bench.servers import BenchFailed, Loader, Process, WebServer
from tests.bench.stats import percentile

RATE = 50  # callbacks a second, end to end
BACKLOG_RATE = 1_000
FROZEN_SECONDS = 4
# Says that a call is settled at the moment its transaction is committed, which no column can.
TELL = """
CREATE OR REPLACE FUNCTION bench_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('bench_applied', NEW.id || ' ' || extract(epoch FROM NEW.received_at));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER bench_applied AFTER UPDATE ON integrations_inboundcallback
FOR EACH ROW WHEN (NEW.status = 'applied' AND OLD.status <> 'applied') EXECUTE FUNCTION bench_applied();
"""


def forget_calls(connection: psycopg.Connection) -> None:
    """Empty the inbox and what hangs on it; what may never be emptied in life says yes to this session."""
    connection.execute("SET provodnik.truncate = 'allowed'")
    connection.execute("TRUNCATE integrations_inboundcallback CASCADE")


def measure(
    url: str,
    redis_url: str,
    env: Mapping[str, str],
    loader: Loader,
    web: WebServer,
    seconds: int,
    first: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    backlog = BACKLOG_RATE * seconds // 2
    live = RATE * (seconds + FROZEN_SECONDS + 2)
    data.fill_product(url, first, backlog + live)
    with psycopg.connect(url, autocommit=True) as connection:
        forget_calls(connection)
    say("settling a backlog")
    load(loader, web, first=first, rate=BACKLOG_RATE, seconds=seconds / 2)
    figures = {"drain_rows_per_s": drain(env, seconds)}
    with psycopg.connect(url, autocommit=True) as connection:
        forget_calls(connection)
        connection.execute(TELL)
    say(f"end to end at {RATE} callbacks a second")
    first += backlog
    with ExitStack() as stack:
        told = stack.enter_context(listening(url))
        stack.enter_context(worker(env))
        load(
            loader, web, first=first, rate=RATE, seconds=1
        )  # the worker's first imports and connections
        told.clear()
        first += RATE
        calm = load(loader, web, first=first, rate=RATE, seconds=seconds)
        wait_for(told, RATE * seconds)
        settled = list(told)
        first += RATE * seconds
        with frozen(redis_url):
            cold = load(loader, web, first=first, rate=RATE, seconds=FROZEN_SECONDS)
        told.clear()
    return figures | {
        "activation_p50_ms": round(percentile(settled, 0.50), 1),
        "activation_p95_ms": round(percentile(settled, 0.95), 1),
        "http_p95_ms": round(percentile(calm, 0.95), 1),
        "http_frozen_p95_ms": round(percentile(cold, 0.95), 1),
    }


def load(loader: Loader, web: WebServer, **job: Any) -> list[float]:
    result = loader.run(web, connections=16, **job)
    if set(result["statuses"]) != {"200"}:
        raise BenchFailed(f"{web.name} answered {result['statuses']}:\n{web.last_words()}")
    latencies: list[float] = result["latencies_ms"]
    return latencies


def drain(env: Mapping[str, str], seconds: int) -> int:
    """Rows a second of one worker, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.drain", str(seconds)]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchFailed(f"the drain broke:\n{done.stderr[-1500:]}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return round(told["rows"] / told["seconds"])


@contextmanager
def worker(env: Mapping[str, str]) -> Iterator[None]:
    """Worker and beat of the money queue, as deployed."""
    state = Path(tempfile.mkdtemp(prefix="bench-"))
    celery = ["celery", "--quiet", "-A", "project"]
    alone = ["--without-mingle", "--without-gossip"]
    worker = [*celery, "worker", "-Q", "money", "-c", "2", *alone, "-l", "warning"]
    beat = [*celery, "beat", "-l", "warning", "-s", str(state / "beat"), "--pidfile="]
    with Process("worker", worker, env), Process("beat", beat, env):
        time.sleep(5)
        yield


@contextmanager
def listening(url: str) -> Iterator[list[float]]:
    """Milliseconds from stored to settled, as the commits happen."""
    told: list[float] = []
    done = threading.Event()
    ready = threading.Event()

    def listen() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("LISTEN bench_applied")
            ready.set()
            while not done.is_set():
                for notice in connection.notifies(timeout=0.2):
                    told.append((time.time() - float(notice.payload.split()[1])) * 1000)

    thread = threading.Thread(target=listen)
    thread.start()
    ready.wait(10)
    try:
        yield told
    finally:
        done.set()
        thread.join()


def wait_for(told: list[float], expected: int) -> None:
    deadline = time.monotonic() + 30
    while len(told) < expected and time.monotonic() < deadline:
        time.sleep(0.05)
    if len(told) < expected:
        raise BenchFailed(f"only {len(told)} of {expected} callbacks were settled")


@contextmanager
def frozen(redis_url: str) -> Iterator[None]:
    """Redis accepts connections and answers nothing."""
    with Redis.from_url(redis_url) as redis:
        pid = int(redis.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
