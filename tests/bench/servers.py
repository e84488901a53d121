"""The processes under test, and the load generator beside them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from devtools.ports import any_free
from tests.bench import cpu
from tests.bench.orders import SECRET, SHOP_ID

HOST = "127.0.0.1"
WORKERS = 2
STARTED_WITHIN = 60


class BenchFailed(RuntimeError):
    """The bench cannot say anything; its message says why."""


def environment(database_url: str, redis_url: str) -> dict[str, str]:
    """A production-like environment: production settings, JSON logs, nothing of the sandbox."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "project.settings.production",
        "SECRET_KEY": "bench-only-" + "k" * 50,
        "ALLOWED_HOSTS": "bench.example",
        "PUBLIC_URL": "https://bench.example",
        "PAYMENT_PROVIDERS": "oneplat",
        "ONEPLAT_SHOP_ID": SHOP_ID,
        "ONEPLAT_SHOP_SECRET": SECRET,
        # Nobody answers there: the bench ends where a payment is settled.
        "ONEPLAT_BASE_URL": "http://127.0.0.1:9/oneplat",
        "BOT_TOKEN": "4242:bench-bot-token",
        "TELEGRAM_API_URL": "http://127.0.0.1:9/telegram",
        "REMNAWAVE_BASE_URL": "http://127.0.0.1:9/remnawave",
        "REMNAWAVE_API_TOKEN": "bench-panel-token",
    }


class Process:
    """One process with its log in a file; stopped, with all its children, at the end of the block."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self.log = Path(tempfile.mkdtemp(prefix="bench-")) / f"{name}.log"
        with self.log.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pids: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Politely, then not: the whole process group goes."""
        for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
            if self.popen.poll() is None:
                os.killpg(self.popen.pid, number)
                try:
                    self.popen.wait(patience)
                except subprocess.TimeoutExpired:
                    continue

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-1500:]


class WebServer(Process):
    """Something that accepts callbacks on a port of its own."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], *, port: int, path: str
    ) -> None:
        self.port, self.path = port, path
        super().__init__(name, command, env)

    def wait(self) -> Self:
        """Until it accepts connections; then its family is known and stays as it is."""
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline and self.popen.poll() is None:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
                continue
            time.sleep(1)  # the second worker
            self.pids = cpu.tree(self.popen.pid)
            return self
        raise BenchFailed(f"{self.name} did not start:\n{self.last_words()}")


def product(env: Mapping[str, str]) -> WebServer:
    """Our real web process, as docs/deploy.md starts it."""
    port = any_free()
    command = ["granian", "--interface", "wsgi", "project.wsgi:application"]
    command += ["--host", HOST, "--port", str(port)]
    command += ["--workers", str(WORKERS), "--blocking-threads", "8"]
    return WebServer("product", command, env, port=port, path="/1plat-webhook")


def seed_peer(env: Mapping[str, str]) -> WebServer:
    """The reference: the seed's Quart and asyncpg, with as many workers."""
    port = any_free()
    command = ["hypercorn", "tests.bench.peers.seed.app:app", "--bind", f"{HOST}:{port}"]
    command += ["--workers", str(WORKERS)]
    return WebServer("seed", command, env, port=port, path="/1plat-webhook")


class Loader:
    """The load generator: one job in, one result out."""

    def __init__(self) -> None:
        self.generator = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.generator.kill()
        self.generator.wait()

    def run(self, server: WebServer, **job: Any) -> dict[str, Any]:
        assert self.generator.stdin
        assert self.generator.stdout
        job |= {"host": HOST, "port": server.port, "path": server.path}
        self.generator.stdin.write(json.dumps(job) + "\n")
        self.generator.stdin.flush()
        line = self.generator.stdout.readline()
        if not line:
            raise BenchFailed(f"the load generator died while it called {server.name}")
        result: dict[str, Any] = json.loads(line)
        return result
