"""Two of each process, behind the site of deploy/nginx and the PgBouncer of deploy/pgbouncer."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devtools.ports import HOST, is_free
from tests.support import nginx, pgbouncer
from tests.support.stack import Stack

NUMBERS = ("1", "2")
KINDS = ("web", "worker", "bot", "beat")
READY = b" ready."
CALLERS = ("telegram", "oneplat", "cryptobot", "cloudpayments")


class Pairs(Stack):
    """`web-1`, `web-2`, `worker-1` and so on, and one sandbox, which reaches the shop by nginx only."""

    def __init__(self, folder: Path, *, site: str, pooler: str, ports: Mapping[str, int]) -> None:
        super().__init__(folder)
        self.env |= {
            "PUBLIC_URL": site,
            "BOT_MODE": "webhook",
            "DATABASE_SESSION_URL": self.env["DATABASE_URL"],
            "DATABASE_URL": urlsplit(pooler)._replace(path=f"/{self.database}").geturl(),
            "DB_POOLER": "true",
        }
        self._site = site
        self._ports = ports
        self._begun: dict[str, int] = {}
        self._seen: dict[int, dict[str, Any]] = {}
        once = self._plans
        self._plans = {"sandbox": once["sandbox"]}
        for number in NUMBERS:
            web, worker, bot, beat = (once[kind].command for kind in KINDS)
            here = {str(self.addresses.web_port): str(ports[f"web-{number}"])}
            commands = (
                (*(here.get(word, word) for word in web), "--workers", "1"),
                (*worker, "-n", f"worker-{number}@%h"),
                ("env", f"BOT_WEBHOOK_LISTEN={HOST}:{ports[f'bot-{number}']}", *bot),
                (*beat[:-2], str(folder / f"beat-{number}"), beat[-1]),
            )
            for kind, command in zip(KINDS, commands, strict=True):
                name = f"{kind}-{number}"
                self._plans[name] = replace(once[kind], name=name, command=command)

    @property
    def web(self) -> str:
        return self._site

    def start(self, name: str, *, wait: bool = True, env: Mapping[str, str] | None = None) -> None:
        log = self.log(name)
        self._begun[name] = log.stat().st_size if log.exists() else 0
        super().start(name, wait=wait, env=env)

    def wait_ready(self, name: str) -> None:
        """Of a process that was started again: what it said before it was killed does not count."""
        if name in self._ports:
            self.until(lambda: _listens(self._ports[name]), what=f"{name} to listen")
        elif name.startswith("worker"):
            self.until(
                lambda: READY in self.log(name).read_bytes()[self._begun[name] :],
                what=f"{name} to be ready",
            )
        else:
            super().wait_ready(name)

    def calls(self) -> Counter[tuple[str, int]]:
        """What the shop has answered to each service's calls; 0: nothing. The sandbox forgets old ones: ask often."""
        for one in self.ask("journal", limit=1000)["entries"]:
            if one["direction"] == "out" and one["service"] in CALLERS:
                self._seen[one["number"]] = one
        return Counter((one["service"], one["status"]) for one in self._seen.values())

    def untaken(self) -> list[dict[str, Any]]:
        """Calls whose last try was not answered with 200."""
        newest = {
            (one["service"], one["operation"], one["subject"], one["request"]): one
            for _number, one in sorted(self._seen.items())
        }
        return [one for one in newest.values() if one["status"] != 200]


@contextmanager
def pairs(folder: Path) -> Iterator[Pairs]:
    names = [f"{kind}-{number}" for kind in ("web", "bot") for number in NUMBERS]
    ports = dict(zip(names, _ports(), strict=False))

    def doors(kind: str) -> list[str]:
        return [f"{HOST}:{ports[f'{kind}-{number}']}" for number in NUMBERS]

    place = folder / "nginx"
    place.mkdir()
    with (
        pgbouncer.pooler(os.environ["DATABASE_URL"]) as pooler,
        nginx.site(place, upstreams=doors("web"), bots=doors("bot"), has_tls=False) as site,
        Pairs(folder, site=site.url, pooler=pooler, ports=ports) as running,
    ):
        yield running


def _ports() -> Iterator[int]:
    """Free ones that no outgoing connection can take while their process is down: below what the kernel hands out."""
    return filter(is_free, range(20_000 + os.getpid() % 10_000, 32_000))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
