"""The whole product in real processes, started by the same commands as `./dev run`, on a database of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
import requests

from devtools import places, plan
from devtools.ports import any_free
from project.settings import selling
from tests.support import databases
from tests.support.valkey import OwnValkey

READY_WITHIN = 60.0  # seconds; two cores may be busy with other tests


class Stack:
    """web, worker, beat, bot and sandbox, each of which can be killed and started again."""

    def __init__(self, folder: Path, extra_env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.addresses = plan.Addresses(
            web_port=any_free(),
            sandbox_port=any_free(),
            mail_port=any_free(),
            imap_port=any_free(),
        )
        self.redis = OwnValkey(any_free(), folder)
        self.database = f"stack_{uuid.uuid4().hex[:12]}"
        self.server_url = os.environ["DATABASE_URL"]
        self.env = {
            **os.environ,
            **self.addresses.environment,
            "DJANGO_SETTINGS_MODULE": "project.settings.local",
            "DATABASE_URL": urlsplit(self.server_url)._replace(path=f"/{self.database}").geturl(),
            "REDIS_URL": self.redis.url,
            "DEV_STATE": str(folder),
            "MEDIA_ROOT": str(folder / "media"),
            "SECRET_KEY": "stack-only-" + "k" * 50,
            "OUTBOX_LEASE_SECONDS": "3",
            "CHECK_COOLDOWN_SECONDS": "1",
            "COOLDOWNS": ",".join(f"{action}=0" for action in selling.COOLDOWNS),
            "TRIAL_DAYS": "3",
            "BONUS_CHANNEL": "@provodnik_news",
            "MAIL_A_DAY": "0",
            "MAIL_A_MINUTE": "0",
            "POLLS_A_MINUTE": "0",  # a planned fault is met by what the test does, not by the poller
            "LOG_FORMAT": "json",
            "PYTHONUNBUFFERED": "1",
            **(extra_env or {}),
        }
        self._plans = {
            process.name: process
            for process in [
                plan.sandbox(self.addresses),
                *plan.product(self.addresses, folder),
            ]
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.redis.start()
        databases.create(self.database)
        self.manage("seed_demo")
        for name in self._plans:
            self.start(name, wait=False)
        for name in self._plans:
            self.wait_ready(name)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for name in list(self._running):
            self.kill(name)
        self.redis.kill()
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    @property
    def web(self) -> str:
        return self.addresses.public_url

    @property
    def sandbox(self) -> str:
        return self.addresses.sandbox_url

    def start(self, name: str, *, wait: bool = True, env: Mapping[str, str] | None = None) -> None:
        with self.log(name).open("ab") as output:
            self._running[name] = subprocess.Popen(
                self._plans[name].command,
                env={**self.env, **(env or {})},
                cwd=places.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if wait:
            self.wait_ready(name)

    def kill(self, name: str) -> None:
        """kill -9, children included."""
        process = self._running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def process(self, name: str) -> subprocess.Popen[bytes]:
        return self._running[name]

    def restart(self, name: str) -> None:
        if name in self._running:
            self.kill(name)
        self.start(name)

    def wait_ready(self, name: str) -> None:
        process = self._plans[name]
        if process.ready_url:
            self.until(lambda: _answers(process.ready_url), what=f"{name} to answer")
        elif process.ready_word:
            before = self.log(name)
            self.until(
                lambda: process.ready_word in before.read_text(errors="replace"),
                what=f"{name} to be ready",
            )

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """manage.py with this stack's environment. Raises with its output where it fails."""
        done = self.try_manage(*arguments)
        if done.returncode:
            raise AssertionError(f"manage.py {arguments[0]}: {done.stdout}{done.stderr}")
        return done

    def try_manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(places.PYTHON), "manage.py", *arguments]
        return subprocess.run(
            command, env=self.env, cwd=places.ROOT, capture_output=True, text=True, check=False
        )

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.rows(sql, *parameters)[0][0]

    def control(self, path: str, **body: Any) -> dict[str, Any]:
        """One call of the sandbox's control API."""
        answer = requests.post(f"{self.sandbox}/control/{path}", json=body, timeout=70)
        data: dict[str, Any] = answer.json()
        assert data.get("ok"), f"{path}: {data}"
        return data

    def ask(self, path: str, **params: Any) -> dict[str, Any]:
        answer = requests.get(f"{self.sandbox}/control/{path}", params=params, timeout=70)
        data: dict[str, Any] = answer.json()
        assert data.get("ok"), f"{path}: {data}"
        return data

    def until(self, happened: Callable[[], Any], *, what: str, within: float = READY_WITHIN) -> Any:
        """What `happened` returns once it is true; an error with the ends of all logs where it never is."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if result := happened():
                return result
            time.sleep(0.1)
        logs = "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )
        raise AssertionError(f"waited {within:.0f} s for {what}\n{logs}")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
