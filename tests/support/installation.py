"""Provodnik installed on a machine as deploy/ leaves it, in a folder: production settings, units, nginx before it.

Outside are the sandbox's bank, panel and Telegram, each at its own address, as the environment file says.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
import requests

from devtools import places, plan
from devtools.ports import any_free
from tests.bench import orders
from tests.support import nginx, releases
from tests.support.systemd import Manager
from tests.support.valkey import OwnValkey

READY_WITHIN = 60.0  # seconds; two cores may be busy with other tests
EVERYTHING = (
    *(f"provodnik-worker@{queue}" for queue in plan.QUEUES.split(",")),
    "provodnik-mailer",
    "provodnik-bot@8081",
)
Line = Callable[[str], object]


class Installation:
    """`workers` are what runs beside two web processes and beat; without that of access nobody outside is asked."""

    def __init__(self, folder: Path, *, workers: Iterable[str] = EVERYTHING) -> None:
        self.folder = folder
        self.home, self.etc, self.data = (folder / name for name in ("home", "etc", "data"))
        self.ports = (any_free(), any_free())
        self.web = [f"provodnik-web@{port}.service" for port in self.ports]
        self.services = [*self.web, *(f"{name}.service" for name in (*workers, "provodnik-beat"))]
        self.valkey = OwnValkey(any_free(), folder)
        self.server_url = os.environ["DATABASE_URL"]
        self.database = f"installed_{uuid.uuid4().hex[:12]}"
        self.database_url = urlsplit(self.server_url)._replace(path=f"/{self.database}").geturl()
        self._outside = plan.Addresses(any_free(), any_free(), any_free(), any_free())
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for made in (self.home / "releases", self.home / "venvs", self.etc, self.data / "static"):
            made.mkdir(parents=True)
        with self._held as held:
            self.valkey.start()
            held.callback(self.valkey.kill)
            self._server(f'CREATE DATABASE "{self.database}"')
            held.callback(self._server, f'DROP DATABASE "{self.database}" WITH (FORCE)')
            if self.grants_access:
                held.enter_context(self._sandbox())
            moved = {
                "/opt/provodnik": str(self.home),
                "/etc/provodnik": str(self.etc),
                "/var/lib/provodnik": str(self.data),
            }
            manager = Manager(self.folder / "systemd", units=self.folder / "units", moved=moved)
            self.manager = held.enter_context(manager)
            upstreams = [f"127.0.0.1:{port}" for port in self.ports]
            (self.folder / "nginx").mkdir()
            self.site = held.enter_context(nginx.site(self.folder / "nginx", upstreams=upstreams))
            (self.etc / "environment").write_text(
                "".join(f"{name}={value}\n" for name, value in self.settings.items())
            )
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    @property
    def grants_access(self) -> bool:
        """Whether anybody is there to tell the panel."""
        return "provodnik-worker@access.service" in self.services

    @property
    def settings(self) -> dict[str, str]:
        """The environment file."""
        outside = self._outside.sandbox_url
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": "installation-only-" + "k" * 50,
            "ALLOWED_HOSTS": "localhost",
            "PUBLIC_URL": "https://localhost",
            "TRUSTED_PROXIES": "127.0.0.1",
            "MEDIA_ROOT": str(self.data / "media"),
            "PAYMENT_PROVIDERS": "oneplat",
            "ONEPLAT_SHOP_ID": orders.SHOP_ID,
            "ONEPLAT_SHOP_SECRET": orders.SECRET,
            "ONEPLAT_BASE_URL": f"{outside}/oneplat",
            "POLLS_A_MINUTE": "0",  # money is heard of by calls alone: that is what is counted
            "BOT_TOKEN": "4242:sandbox-bot-token",
            "TELEGRAM_API_URL": f"{outside}/telegram",
            "REMNAWAVE_BASE_URL": f"{outside}/remnawave",
            "REMNAWAVE_API_TOKEN": "sandbox-panel-token",
        }

    @property
    def environment(self) -> dict[str, str]:
        """For the scripts and for manage.py, run by hand."""
        return {
            **{name: value for name, value in os.environ.items() if name not in ("DEV_STATE",)},
            **self.settings,
            "DJANGO_SETTINGS_MODULE": "project.settings.production",
            "PATH": f"{self.manager.bin}:{os.environ['PATH']}",
            "PROVODNIK_HOME": str(self.home),
            "PROVODNIK_ETC": str(self.etc),
            "PROVODNIK_DATA": str(self.data),
            "PROVODNIK_UNITS": str(self.folder / "units"),
            "PROVODNIK_PATIENCE": str(round(READY_WITHIN)),
        }

    @property
    def current(self) -> Path:
        return (self.home / "current").resolve()

    def install(self, ref: str) -> Path:
        """A first release, today's where `ref` is "": its tree, packages, tables and units; nothing runs yet."""
        name = f"20260101T000000-{ref[:9] or 'present'}"
        release = self.home / "releases" / name
        if ref:
            releases.put_older(ref, release)
        else:
            releases.put_present(release)
        compiled = (
            release / name for name in ("bot", "integrations", "partners", "payments", "project")
        )
        subprocess.run(
            [sys.executable, "-m", "compileall", "-q", "-j", "0", *map(str, compiled)], check=True
        )
        self.know_packages_of(release)
        (release / ".venv").symlink_to(Path("../../venvs") / releases.venv_key(release))
        (self.home / "current").symlink_to(Path("releases") / name)
        releases.put_units(release, self.folder / "units")
        self.manage(release, "migrate", "--verbosity=0")
        return release

    def know_packages_of(self, tree: Path) -> None:
        """This interpreter's packages stand where those of the tree would be put: nothing is downloaded."""
        with contextlib.suppress(FileExistsError):
            (self.home / "venvs" / releases.venv_key(tree)).symlink_to(sys.prefix)

    def start(self) -> None:
        for name in self.services:
            self.manager.service(name)
        code, _ = self.manager.systemctl(["start", "provodnik.target"])
        assert code == 0, self.last_words()
        self.wait_for_web()

    def wait_for_web(self) -> None:
        self.until(lambda: all(map(_answers, self.ports)), what=f"web at {self.ports}")

    def script(self, name: str, *arguments: str, heard: Line) -> int:
        """Run deploy/NAME.sh; its exit code. Each line it says is told to `heard` as it comes."""
        running = subprocess.Popen(
            ["bash", str(releases.SCRIPTS / f"{name}.sh"), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert running.stdout
        try:
            for line in running.stdout:
                heard(line.rstrip())
            return running.wait()
        finally:
            running.terminate()  # where the test is broken off

    def manage(self, release: Path, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment,
            cwd=release,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def until(self, happened: Callable[[], Any], *, what: str, within: float = READY_WITHIN) -> Any:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if result := happened():
                return result
            time.sleep(0.1)
        raise AssertionError(f"waited {within:.0f} s for {what}\n{self.last_words()}")

    def last_words(self) -> str:
        """The ends of all logs."""
        logs = sorted((self.folder / "systemd").glob("*.log"))
        ends = (f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)
        return "\n".join(ends)

    @contextlib.contextmanager
    def _sandbox(self) -> Any:
        process = plan.sandbox(self._outside)
        state = self.folder / "sandbox"
        state.mkdir()
        env = {
            **os.environ,
            **self._outside.environment,
            "DJANGO_SETTINGS_MODULE": "project.settings.local",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.valkey.url,
            "DEV_STATE": str(state),
        }
        with (self.folder / "sandbox.log").open("wb") as log:
            running = subprocess.Popen(
                process.command, env=env, cwd=places.ROOT, stdout=log, stderr=log
            )
        try:
            yield
        finally:
            running.kill()
            running.wait()

    def _server(self, statement: str) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(statement.encode())


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=2).ok
    except requests.RequestException:
        return False
