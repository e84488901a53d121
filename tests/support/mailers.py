"""The real workers of mailings, two of them, before a Telegram or a mail server of their own; they can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import requests
from celery import Celery

from bot.mailings.running import SEND
from devtools import places
from devtools.ports import any_free
from tests.support.valkey import own_valkey

THREADS = 2  # of each worker
LEASE = 3  # seconds
NAMES = ("one", "two")


class Mailers:
    """Restarts nothing by itself: the test is the supervisor. `wake` is what beat does."""

    def __init__(self, folder: Path, env: Mapping[str, str], broker: str, broken: str) -> None:
        self.folder, self.env, self.broken = folder, env, broken
        self.app = Celery(broker=broker)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._ended = Event()

    def start(self, name: str) -> None:
        flags = ["-P", "threads", "-c", str(THREADS), "-n", f"{name}@%h", "-l", "warning"]
        broken = ["-I", self.broken] if self.broken else []
        with (self.folder / f"{name}.log").open("ab") as output:
            self.running[name] = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "--quiet", "-A", "project", "worker"),
                    *("-Q", "bulk", "--without-mingle", "--without-gossip", *flags, *broken),
                ],
                cwd=places.ROOT,
                env={**os.environ, **self.env},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def wake(self) -> None:
        while not self._ended.wait(0.25):
            self.app.send_task(SEND, queue="bulk", expires=5)

    def stop(self) -> None:
        self._ended.set()
        for name in list(self.running):
            self.kill(name)


@dataclass
class TelegramSide:
    url: str

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(self.url, timeout=10).json()
        return found


@dataclass
class MailSide:
    port: int
    file: Path

    def letters(self) -> Counter[str]:
        return Counter(self.file.read_text().splitlines()) if self.file.exists() else Counter()


@contextmanager
def mailers(folder: Path, env: Mapping[str, str], *, broken: str = "") -> Iterator[Mailers]:
    """`broken` is a module that takes a guard away in the workers: a control must notice that."""
    with own_valkey(folder) as valkey:
        crew = Mailers(
            folder,
            {
                "DJANGO_SETTINGS_MODULE": "tests.support.mailer_settings",
                "MAILING_LEASE_SECONDS": str(LEASE),
                "LOG_LEVEL": "WARNING",
                **env,
                "REDIS_URL": valkey.url,
            },
            valkey.url,
            broken,
        )
        Thread(target=crew.wake, daemon=True).start()
        try:
            for name in NAMES:
                crew.start(name)
            yield crew
        finally:
            crew.stop()


@contextmanager
def telegram_side(*, too_many_every: int = 199) -> Iterator[TelegramSide]:
    port = any_free()
    with _process("tests.support.telegram_server", str(port), str(too_many_every)):
        side = TelegramSide(f"http://127.0.0.1:{port}")
        until(lambda: _answers(side), 20)
        yield side


@contextmanager
def mail_side(folder: Path) -> Iterator[MailSide]:
    side = MailSide(any_free(), folder / "letters.txt")
    with _process("tests.support.smtp_server", str(side.port), str(side.file)):
        yield side


def until(condition: Callable[[], bool], within: float) -> None:
    ends = time.monotonic() + within
    while not condition():
        if time.monotonic() > ends:
            raise AssertionError(f"not within {within:g} s")
        time.sleep(0.1)


def _answers(side: TelegramSide) -> bool:
    try:
        side.report()
    except requests.ConnectionError:
        return False
    return True


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module, *arguments], cwd=places.ROOT
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
