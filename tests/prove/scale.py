"""`./dev prove scale`: three machines as docs/scaling.md describes them, whose parts fail while customers buy.

The page's own blocks are typed on clean Debians with real systemd, each with its own address on a private network:
the database's machine (PostgreSQL, Redis, PgBouncer), the first (nginx, web, workers, beat, bot) and the second (web,
the worker of money, bot). Then the second loses its power, the first's processes are killed one by one, what stands on
the database's machine is killed and restarted, that machine loses its power too, and both others are upgraded in turn.
The world outside is the sandbox; Let's Encrypt and the repository are stand-ins. Needs root, debootstrap,
systemd-nspawn, caddy, ip, iptables and a way to Debian's and Python's packages.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools import console
from tests.prove import guide, machine, network
from tests.prove.authority import Authority, authority
from tests.prove.bare import RELEASES
from tests.prove.crowd import Crowd
from tests.prove.hands import Failed, expect, report
from tests.prove.install import FILLED_IN
from tests.prove.member import Member, blocks, members
from tests.prove.move import KEYS
from tests.prove.outside import outside, until
from tests.prove.sessions import begins_a_transaction, is_over, prepared

ADDRESSES = {"data": "10.0.0.9", "first": "10.0.0.1", "second": "10.0.0.2"}
ON_DATA, ON_FIRST, ON_SECOND, ON_BOTH = (
    "on the database's machine",
    "on the first machine",
    "on the second machine",
    "on each of the two",
)
PLACES = (ON_DATA, ON_FIRST, ON_SECOND, ON_BOTH)
OF_THE_FIRST = (
    *(f"provodnik-web@{port}" for port in (8000, 8001)),
    *("provodnik-bot@8081", "provodnik-beat", "provodnik-mailer"),
    *(f"provodnik-worker@{queue}" for queue in ("money", "access", "messages", "celery")),
    "nginx",
)
OF_THE_SECOND = (
    *("provodnik-web@8000", "provodnik-web@8001", "provodnik-bot@8081", "provodnik-worker@money"),
)
BACK_WITHIN = 60.0  # seconds until systemd has started again what was killed, and it answers
# A bank that heard nothing comes again after 1, 3, 10, 30 and 60 s, each time waiting 15 s for an answer; what a worker
# had taken is given to another after OUTBOX_LEASE_SECONDS, 60.
LINK_WITHIN = 120.0
LET_GO_WITHIN = 30.0  # as docs/scaling.md and deploy/pgbouncer/pgbouncer.ini set the keepalives: 25
PAUSE = 5.0  # seconds of nothing but sales between two misfortunes
AWAY = 25.0  # seconds that a machine has no power


@dataclass
class Stage:
    title: str
    began: float
    ended: float = 0.0


class Scale:
    def __init__(self, data: Member, first: Member, second: Member, folder: Path) -> None:
        self.data, self.first, self.second, self.folder = data, first, second, folder
        self.stages: list[Stage] = []

    # --- As the page says ---

    def is_built(self, whom_to_ask: Authority) -> None:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Member.prepare, (self.data, self.first, self.second)))
        self.does(self.data, ON_DATA)
        for name in ("database_url", "redis_url"):
            self.brings(name, self.data, self.first)
        whom_to_ask.known_to(self.first.inside)
        (said,) = self.does(self.first, ON_FIRST, holding="--database-url-file")
        expect("NOT STARTED YET" in said, said)

    def is_started(self, settings: str) -> None:
        self.first.add_settings(FILLED_IN + settings)
        (said,) = self.does(self.first, ON_FIRST, holding="DB_POOLER")
        expect(f"Running at https://{guide.DOMAIN}" in said, said)
        self.does(self.first, ON_FIRST, holding="settings.tar.gz")
        self.brings("settings.tar.gz", self.first, self.second)
        (said,) = self.does(self.second, ON_SECOND)
        expect("nothing was started" in said, said)
        self.does(self.first, ON_FIRST, holding="provodnik_calls")
        until(self.second_works, what="the second machine to work")
        for one in (self.first, self.second):
            for unit in ("postgresql", "redis-server"):
                expect(not one.runs(unit), f"{unit} runs on the {one} machine")
        expect(not self.second.runs("provodnik-beat"), "beat runs on the second machine")

    def does(self, member: Member, where: str, *, holding: str = "") -> list[str]:
        wanted = [one for one in blocks(where) if any(holding in typed for typed, _seen in one)]
        expect(bool(wanted), f"the page has nothing like {holding!r} {where}")
        return [member.types(one) for one in wanted]

    def brings(self, name: str, source: Member, target: Member) -> None:
        shutil.copy(source.file(f"root/{name}"), target.file(f"root/{name}"))

    def second_works(self) -> bool:
        urls = [f"http://{self.second.address}:{port}/health/live" for port in (8000, 8001)]
        return self.second.runs(*OF_THE_SECOND) and all(map(self.first.answers, urls))

    # --- What happens to them ---

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        stage, started = Stage(title, time.time()), time.monotonic()
        self.stages.append(stage)
        try:
            yield
            time.sleep(PAUSE)
        except Failed:
            report(title, started, failed=True)
            raise
        finally:
            stage.ended = time.time()
        report(title, started)

    def suffers(self, database: str) -> None:
        with self.stage("nothing happens"):
            time.sleep(PAUSE)
        with self.stage("the second machine loses its power, and is back"):
            self.power_cut(database)
        for unit in OF_THE_FIRST:
            with self.stage(f"kill -9 on the first: {unit}"):
                self.killed(self.first, unit)
        for unit in ("pgbouncer", "redis-server", "postgresql@*.service"):
            with self.stage(f"kill -9 on the database's machine: {unit}"):
                self.killed(self.data, unit)
        for unit in ("pgbouncer", "postgresql", "redis-server"):
            with self.stage(f"restarted on the database's machine: {unit}"):
                self.data.said("systemctl", "restart", unit)
        with self.stage("the database's machine loses its power, and is back"):
            self.data.loses_power()
            time.sleep(AWAY)
            self.data.boot()
        for one in (self.second, self.first):
            with self.stage(f"upgrade.sh on the {one} machine"):
                self.upgraded(one)

    def power_cut(self, database: str) -> None:
        """In the middle of a transaction, too: its locks must not stay."""
        begun = begins_a_transaction(self.second)
        began = time.monotonic()
        self.second.loses_power()
        begun.wait()
        until(
            is_over(database),
            what="the lost machine's transaction to end",
            within=LET_GO_WITHIN,
        )
        console.say(f"    its transaction ended after {time.monotonic() - began:.0f} s")
        time.sleep(max(0.0, AWAY - (time.monotonic() - began)))
        began = time.monotonic()
        self.second.boot()
        until(self.second_works, what="the second machine to work again")
        console.say(f"    it works {time.monotonic() - began:.0f} s after its power is back")
        expect(not self.second.runs("provodnik-beat"), "beat runs on the second machine")

    def killed(self, member: Member, unit: str) -> None:
        before = member.process(unit)
        expect(before > 0, f"{unit} does not run")
        member.kills(unit)
        port = unit.partition("provodnik-web@")[2]
        until(
            lambda: (
                member.runs(unit)
                and member.process(unit) != before
                and (not port or member.answers(f"http://127.0.0.1:{port}/health/live"))
            ),
            what=f"{unit} to be started again",
            within=BACK_WITHIN,
        )

    def upgraded(self, member: Member) -> None:
        member.offers_another_release()
        before = member.said("readlink", "/opt/provodnik/current")
        self.does(member, ON_BOTH)
        expect(member.said("readlink", "/opt/provodnik/current") != before, "no other release")

    # --- What came of it ---

    def judge(self, crowd: Crowd) -> None:
        seen = crowd.purchases
        for stage in self.stages:
            waited = crowd.longest(stage.began, stage.ended)
            paid = sum(stage.began <= one.paid < stage.ended for one in seen)
            told = crowd.not_taken(stage.began, stage.ended)
            console.say(f"{stage.title:<58} {paid:>4} paid, longest wait {waited:5.1f} s {told}")
        until(crowd.is_taken, what=f"calls: {crowd.untaken()}")
        statuses = ", ".join(
            f"{who} {code}: {n}" for (who, code), n in sorted(crowd.statuses().items())
        )
        console.say(f"{len(seen)} purchases; calls by their answers (0: none): {statuses}")
        console.say(f"longest wait for a link: {crowd.longest():.1f} s")
        wrong = crowd.served_wrongly()
        expect(not wrong, "\n".join(wrong))
        refused = {code for _who, code in crowd.statuses()} - {0, 200, 502, 503, 504}
        expect(not refused, f"refused: {refused}")
        expect(crowd.longest() < LINK_WITHIN, f"somebody waited {crowd.longest():.0f} s")
        said = self.first.manage("audit_ledgers")
        expect("rules hold for all rows" in said, said)
        console.say(said.strip().splitlines()[-1])
        console.say(f"PgBouncer: {prepared(self.data, self.first, self.second)}")


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove scale", description=__doc__)
    parser.add_argument("--release", choices=RELEASES, default="trixie", help="of Debian or Ubuntu")
    parser.add_argument("--at-once", type=int, default=3, help="customers")
    parser.add_argument("--wait-on-failure", action="store_true", help="look around then")
    options = parser.parse_args(arguments)
    if why := machine.lacking("caddy") or network.lacking():
        console.complain(why)
        return False
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="prove-scale-") as folder,
        members(options.release, **ADDRESSES) as (data, first, second),
    ):
        report("three clean Debians", began)
        try:
            prove(Scale(data, first, second, Path(folder)), options.at_once)
        except Failed as seen:
            console.write(str(seen))
            if options.wait_on_failure:
                input("Enter ends it: ")
            return False
        except subprocess.TimeoutExpired as late:
            console.complain(f"a command did not end within {late.timeout:.0f} s")
            return False
    console.say(f"{time.monotonic() - began:.0f} s in all")
    return True


def prove(scale: Scale, at_once: int) -> None:
    folder, first = scale.folder, scale.first
    with ExitStack() as held:
        whom_to_ask = held.enter_context(
            authority(folder, domain=guide.DOMAIN, leads_to=first.address, here=network.HERE)
        )
        scale.is_built(whom_to_ask)
        world = held.enter_context(
            outside(
                folder,
                domain=guide.DOMAIN,
                authority=whom_to_ask.certificate,
                keys=KEYS,
                here=network.HERE,
                shop=first.address,
            )
        )
        scale.is_started(world.settings)
        database = first.file("etc/provodnik/secrets/database_url").read_text().strip()
        crowd = Crowd(world, database, at_once, LINK_WITHIN * 1.5)
        with crowd.buys():
            scale.suffers(database)
        scale.judge(crowd)
