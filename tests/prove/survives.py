"""A machine's bad days, while a payment system calls: processes killed and hung, PostgreSQL and Redis away, a reboot,
everything stopped. What is said of each stands with its step; a call that was not answered with 200 is called again by
whoever made it, and here it is not, so that what is answered can be counted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from devtools import console
from tests.bench import data, orders
from tests.prove.confined import Confined
from tests.prove.hands import Step, expect
from tests.prove.machine import Machine
from tests.prove.snapshot import database, value
from tests.prove.units import SERVICES, WEB
from tests.support.callers import Site
from tests.support.traffic import Traffic, failures, milliseconds

CALLS_A_SECOND = 5.0
ORDERS = 5_000
CALM = 2.0  # seconds of calls before and after
AWAY = 20.0  # seconds that PostgreSQL and Redis are
BACK_WITHIN = 60.0  # seconds after a process was killed
WATCHED_WITHIN = (
    150.0  # seconds after it began to hang: the watchdog's, and half a minute to end in
)
# Its watchdog waits five and a half minutes, as its loop may.
BEAT = "provodnik-beat.service"
SHORTER = "[Service]\nWatchdogSec=60\n"
# The loop of each of these hangs, and of no other: who is to take the calls meanwhile is web@8001.
HANGS = (
    "provodnik-worker@money.service",
    "provodnik-mailer.service",
    "provodnik-bot@8081.service",
    BEAT,
    "provodnik-web@8000.service",
)
WAITING = "SELECT count(*) FROM integrations_inboundcallback WHERE status IN ('received', 'waiting', 'confirming')"
ACCEPTED = "SELECT count(*) FROM integrations_inboundcallback WHERE verdict = 'accepted'"
PAID = f"SELECT count(*) FROM payments_payment WHERE status = 'paid' AND amount = {orders.AMOUNT}"
EXITED = "1"  # CLD_EXITED, as systemd writes it


class Survival(Confined):
    def __init__(self, inside: Machine, name: str) -> None:
        super().__init__(inside)
        self.site = Site(
            f"https://{name}", "", inside.root / "etc/provodnik/certificate/fullchain.pem"
        )
        self.called = 0  # orders that were called about
        self.stored = 0  # calls that were answered with 200

    def count(self, statement: str) -> int:
        return int(value(self.inside.root, statement))

    @contextmanager
    def calls(self) -> Iterator[Traffic]:
        """A call every now and then until the block ends; says what became of them."""
        if not self.called:
            data.fill_product(database(self.inside.root), 1, ORDERS)
        traffic = Traffic(self.site, rate=CALLS_A_SECOND, first=self.called + 1, at="127.0.0.1")
        with traffic.running():
            time.sleep(CALM)
            yield traffic
            time.sleep(CALM)
        made = len(traffic.calls)
        self.called += made
        self.stored += sum(not call.failed for call in traffic.calls)
        slowest = milliseconds(traffic.calls)[-1]
        console.say(
            f"   {made} calls, the slowest took {slowest} ms; {failures(traffic.calls) or 'all 200'}"
        )

    def settles(self) -> None:
        """Every call that was answered with 200 is stored, and its payment paid."""
        self.wait(lambda: self.count(WAITING) == 0, what="every call to be applied")
        paid, stored = self.count(PAID), self.count(ACCEPTED)
        expect(
            paid >= self.stored and stored >= self.stored,
            f"{self.stored} answered, {stored} stored, {paid} paid",
        )

    # --- The steps, in their order ---

    def kills(self) -> None:
        """Whoever is killed is back within seconds; one web process alone takes every call."""
        with self.calls() as traffic:
            took = {unit: self.dies(unit) for unit in WEB}
            others = [unit for unit in SERVICES if unit not in WEB]
            before = {unit: self.main(unit) for unit in others}
            self.shell(f"kill -KILL {' '.join(map(str, before.values()))}")
            took |= {
                unit: self.comes_back(unit, before[unit], within=BACK_WITHIN) for unit in others
            }
        slowest = max(took, key=lambda unit: took[unit])
        console.say(f"   the slowest to come back is {slowest}: {took[slowest]:.1f} s")
        expect(not failures(traffic.calls), "a call failed")
        self.settles()

    def dies(self, unit: str) -> float:
        before = self.main(unit)
        self.shell(f"kill -KILL {before}")
        return self.comes_back(unit, before, within=BACK_WITHIN)

    def hangs(self) -> None:
        """Whoever hangs is ended and started anew; what a web process that hangs was asked, the other one is."""
        self.shorten_beat()
        before = {unit: self.main(unit) for unit in HANGS}
        with self.calls() as traffic:
            for unit in HANGS:
                self.said("systemctl", "kill", "--signal=STOP", unit)
            began = time.time()
            for unit in HANGS:
                self.comes_back(unit, before[unit], within=WATCHED_WITHIN)
                console.say(f"   {unit} works again after {time.time() - began:.0f} s")
        expect(not failures(traffic.calls), "a call failed")
        for unit in HANGS[:-1]:
            said = self.said("journalctl", "--no-pager", "-o", "cat", "--unit", unit)
            expect(
                "Watchdog timeout" in said, f"{unit} was not ended by its watchdog: {said[-600:]}"
            )
        self.nothing_failed()
        self.settles()

    def shorten_beat(self) -> None:
        folder = f"/run/systemd/system/{BEAT}.d"
        self.shell(f"mkdir -p {folder} && printf '{SHORTER}' > {folder}/proof.conf")
        self.said("systemctl", "daemon-reload")
        self.said("systemctl", "restart", BEAT)

    def a_stopped_one_stays_so(self) -> None:
        """Whoever was stopped on purpose is not started by those who look after it."""
        unit = WEB[1]
        self.said("systemctl", "stop", unit)
        self.said("systemctl", "start", "provodnik-web-watch@8001.service")
        state = self.shown(unit, "ActiveState")["ActiveState"]
        expect(state == "inactive", f"{unit} is {state}")
        self.said("systemctl", "start", unit)
        self.wait(lambda: self.listens(unit), what=unit, of=unit)

    def lives_without_postgresql(self) -> None:
        """A call is refused with 503, and taken again as soon as it is back."""
        with self.calls() as traffic:
            began, ended = self.without("postgresql")
            self.wait(self.is_ready, what="/health/ready")
        meanwhile = traffic.between(began + CALM, ended)
        statuses = {call.status for call in meanwhile}
        expect(statuses == {503}, f"{statuses}: {failures(meanwhile)}")
        others = {call.status for call in traffic.calls} - {200, 503}
        expect(not others, f"{failures(traffic.calls)}")
        self.all_are_there()
        self.settles()

    def lives_without_redis(self) -> None:
        """Every call is taken, and applied afterwards."""
        with self.calls() as traffic:
            self.without("redis-server")
        expect(not failures(traffic.calls), "a call failed")
        self.all_are_there()
        self.settles()
        self.wait(self.is_ready, what="/health/ready")

    def without(self, service: str) -> tuple[float, float]:
        """From when until when it was away for certain."""
        self.said("systemctl", "stop", service)
        began = time.time()
        time.sleep(AWAY)
        ended = time.time()
        self.said("systemctl", "start", service)
        return began, ended

    def all_are_there(self) -> None:
        for unit in SERVICES:
            self.wait(partial(self.runs, unit), what=unit, of=unit)
        self.nothing_failed()

    def reboots(self) -> None:
        """Everything is back without a hand, after the database; nothing is lost, the doctor says nothing new."""
        before, calls = self.complaints(), self.count(ACCEPTED)
        began = time.monotonic()
        self.inside.reboot()
        self.wait(self.is_ready, what="/health/ready")
        console.say(f"   ready {time.monotonic() - began:.0f} s after the command")
        self.all_run()
        database_up = self.moment("postgresql.service", "ActiveEnterTimestampMonotonic")
        for unit in SERVICES:
            started = self.moment(unit, "ExecMainStartTimestampMonotonic")
            expect(started > database_up, f"{unit} was started before PostgreSQL was there")
        expect(self.count(ACCEPTED) == calls, "calls are lost")
        # What fell due while nobody was there is late until it is done.
        self.wait(lambda: self.complaints() <= before, what=f"the doctor to say only {before}")
        with self.calls() as traffic:
            pass
        expect(not failures(traffic.calls), "a call failed")
        self.settles()

    def moment(self, unit: str, what: str) -> int:
        """Microseconds since the machine's kernel started."""
        return int(self.shown(unit, what)[what])

    def stops(self) -> None:
        """All end by themselves when told to, none is killed; and all start again."""
        began = time.monotonic()
        self.shell("systemctl stop provodnik.target 'provodnik-*'")
        took = time.monotonic() - began
        for unit in SERVICES:
            names = ("ActiveState", "Result", "ExecMainCode", "ExecMainStatus")
            found = self.shown(unit, *names)
            ended = [found[name] for name in names]
            expect(
                ended == ["inactive", "success", EXITED, "0"],
                f"{json.dumps(found)}\n{self.story(unit)}",
            )
        console.say(f"   all have ended after {took:.1f} s")
        self.said("systemctl", "start", "provodnik.target")
        self.wait(self.is_ready, what="/health/ready")
        self.all_run()

    def steps(self) -> list[Step]:
        return [
            ("no unit has ended since it was started", self.all_run),
            ("the sandbox of each holds", self.is_shut_in),
            ("killed: back within seconds, no call lost", self.kills),
            ("hung: ended by those who watch, no call lost", self.hangs),
            ("stopped on purpose: stays so", self.a_stopped_one_stays_so),
            ("PostgreSQL away: 503, and back", self.lives_without_postgresql),
            ("Redis away: taken, applied afterwards", self.lives_without_redis),
            ("a reboot", self.reboots),
            ("all stopped, all started", self.stops),
            ("the journal is made of JSON lines", self.tells_in_lines),
            ("no secret in the journal or in a log", self.keeps_secrets),
        ]
